"""A boundary file becomes live boundaries, or an open change set: one transaction, or nothing at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.columns import MOST_LETTERS
from gisgrid.boundaries.drafting import draw_file
from gisgrid.boundaries.drawn import first_of
from gisgrid.boundaries.files import SILENT, FileAreas, FileOrder, read_areas, write_report
from gisgrid.boundaries.finding import SHOWN, Finding, refuse_errors
from gisgrid.boundaries.measuring import said_m2
from gisgrid.boundaries.networks import network_scheme
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S, publish, relocate, tickets_moved
from gisgrid.boundaries.reviewing import review
from gisgrid.database import EVERYTHING, Database
from gisgrid.instants import write_instant

PARENT_TOLERANCE_M2 = 1.0
STAGES = ("reading", "drawing", "publishing", "following")
"""The parts of an import, in their order; a draft is not published."""
IMPORT_TIMEOUT_S = 3600
"""A whole city's grids on a busy machine; who waits for it can break it off, and then nothing has changed."""


@dataclass(frozen=True)
class ImportOrder:
    """What to import into which network. `valid_from` with offset; `ground`: keep, gain (the default) or any.

    `draft`: open a change set (of `area`; empty: of the whole network) and publish nothing; `out`: a GeoPackage with
    every fault and every moved line; `schemes`: the folder with the city's own code schemes, where a scheme given as a
    file is kept. The rest is FileOrder's.
    """

    path: Path
    valid_from: datetime
    level: str | None = None
    network: str = "base"
    scheme: str = ""
    fields: Fields = field(default_factory=Fields)
    crs: str = ""
    encoding: str = ""
    layer: str = ""
    dissolve: bool = False
    snap_m: float | None = None
    replace: bool = False
    ground: str = "gain"
    title: str = ""
    schemes: Path | None = None
    draft: bool = False
    area: str = ""
    out: Path | None = None

    @property
    def file(self) -> FileOrder:
        """How to read the file."""
        return FileOrder(
            self.path, self.level, self.fields, self.crs, self.encoding, self.dissolve, self.snap_m, self.layer
        )


@dataclass(frozen=True)
class Imported:
    """What an import did: versions made and ended, tickets relocated, repairs and warnings as text.

    `problems`: of a draft, how many errors its check found; `findings`: what is wrong with the file.
    """

    changeset_id: int
    network: str
    rows: int
    grids: int
    ended: int
    above: int
    tickets_moved: int
    notes: tuple[str, ...]
    problems: int = 0
    findings: tuple[Finding, ...] = ()


def import_boundaries(
    database: Database,
    order: ImportOrder,
    *,
    say: Callable[[str], None] = lambda _: None,
    begin: Callable[[str], None] = lambda _: None,
) -> Imported:
    """Publish the areas of a boundary file, or draw them in a new change set.

    `say` hears how far it is, in words; `begin` the name of each part as it begins: STAGES.
    Raises Unreadable, Refused, or Faulty with all that is wrong with the file; then nothing has changed.
    """
    begin("reading")
    say(f"reading {order.path.name}")
    with database.transaction(EVERYTHING, timeout_s=IMPORT_TIMEOUT_S) as connection:
        scheme = network_scheme(connection, order.network, order.scheme, order.schemes)
        found = read_areas(order.file, scheme, say=say)
        if order.out:
            write_report(found, order.out)
        if not order.draft:
            refuse_errors(found.findings)
        begin("drawing")
        say(f"checking {'' if order.draft else 'and publishing '}{len(found.areas)} areas")
        changeset_id = _open_changeset(connection, order)
        notes = [*found.notes, *_told(found.findings)]
        notes += draw_file(connection, changeset_id, found, scheme, snap_m=order.snap_m, say=say)
        if order.draft:
            connection.execute(text("ANALYZE draft.area"))
            problems = review(connection, changeset_id)
            counts = {"grids": 0, "ended": 0, "above": 0, "tickets_moved": 0}
            return Imported(
                changeset_id,
                order.network,
                len(found.areas),
                **counts,
                notes=tuple(notes),
                problems=problems,
                findings=tuple(found.findings),
            )
        begin("publishing")
        if len(found.areas) > SILENT:
            say("  checking them and making them live, in one statement that can take minutes: nothing is live before")
        summary = publish(connection, changeset_id, is_noded=_draws_all(connection, changeset_id, found))
    begin("following")
    if summary is None:
        notes.append(f"it waits for {write_instant(order.valid_from)}; until then nothing changes")
        summary = {"grids": 0, "ended": 0, "above": 0}
    else:
        with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
            notes += _misfits(connection, changeset_id)
    relocate(database, changeset_id)
    with database.transaction(EVERYTHING) as connection:
        moved = tickets_moved(connection, changeset_id)
    return Imported(
        changeset_id,
        order.network,
        len(found.areas),
        summary["grids"],
        summary["ended"],
        summary["above"],
        moved,
        tuple(notes),
        findings=tuple(found.findings),
    )


def _open_changeset(connection: Connection, order: ImportOrder) -> int:
    """A change set on the network or an area of it; filled with its live leaves unless everything is replaced."""
    changeset_id: int = connection.execute(
        text(
            "INSERT INTO draft.changeset (network, area_code, title, valid_from, is_dated, ground, is_filled)"
            " VALUES (:network, nullif(:area, ''), :title, :valid_from, true, :ground, :filled) RETURNING changeset_id"
        ),
        {
            "network": order.network,
            "area": order.area,
            "title": order.title or f"import {order.path.name}"[:MOST_LETTERS],
            "valid_from": order.valid_from,
            "ground": "any" if order.replace and order.ground == "gain" else order.ground,
            "filled": not order.replace,
        },
    ).scalar_one()
    return changeset_id


def _draws_all(connection: Connection, changeset_id: int, found: FileAreas) -> bool:
    """Are all leaves of the draft of this file, so that their lines match each other corner by corner?"""
    codes = {area.code for area in found.sound}
    leaves = connection.execute(
        text("SELECT code FROM draft.area WHERE changeset_id = :id AND level = 'grid'"), {"id": changeset_id}
    ).scalars()
    return codes.issuperset(leaves)


def _told(findings: Sequence[Finding]) -> list[str]:
    """The findings in words, with the place, the first of them."""
    said = [f"{one.message}{_at(one)} -> {one.remedy}" for one in findings[:SHOWN]]
    return said + [f"and {len(findings) - SHOWN} more (--out FILE.gpkg has every place)"] * (len(findings) > SHOWN)


def _at(found: Finding) -> str:
    place = None if " at (" in found.message else found.place
    return f" at ({place[0]:.6f}, {place[1]:.6f})" if place else ""


def _misfits(connection: Connection, changeset_id: int) -> list[str]:
    """Areas above the leaves whose drawn shape was not the union of their leaves; the union is published."""
    rows = connection.execute(
        text(
            "SELECT d.code, ST_Area(ST_SymDifference(d.geom, v.geom)::geography) AS m2 FROM draft.area AS d"
            " JOIN draft.changeset AS c USING (changeset_id)"
            " JOIN app.area_at((SELECT valid_from FROM draft.changeset WHERE changeset_id = :id)) AS v"
            "  ON v.network = c.network AND v.code = d.code"
            " WHERE d.changeset_id = :id AND d.level <> 'grid' AND d.geom IS NOT NULL AND NOT ST_Equals(d.geom, v.geom)"
        ),
        {"id": changeset_id},
    )
    wrong = [row for row in rows if row.m2 > PARENT_TOLERANCE_M2]
    words = "{}: its drawn shape and the union of its grids differ in {} m²; the union is published"
    wrong.sort(key=lambda row: (-row.m2, row.code))
    return first_of([words.format(row.code, said_m2(row.m2)) for row in wrong])
