"""Loading tickets of another system: each is located and routed at its own date. Long: a check a kind of fault."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.instants import write_instant
from gisgrid.loading import (
    Column,
    Loaded,
    ReadOptions,
    Row,
    Sheet,
    Table,
    district_extent,
    number,
    point_columns,
    read_points,
    read_table,
    take_turn,
    words,
)
from gisgrid.loading.cells import Reader, choice, plain, whole
from gisgrid.loading.meanings import Meant, write_skeleton
from gisgrid.networks import require_network
from gisgrid.ticket_fields import Facts, Kind, shown_at
from gisgrid.tickets.insides import add_dated_insides

LOAD_TIMEOUT_S = 900
BATCH = 1_000
SOURCE = "load"
FEW_VALUES = 5
CLOCK_SLACK = timedelta(minutes=1)
_POINT = ("lon", "lat", "system")
_LOADED = {name: field for name, field in shown_at("load") if name not in _POINT}
_READERS: dict[str, Reader] = {"accuracy_m": number(0, 100_000)}
"""The readers of cells whose field's kind is not enough."""

# Tickets get their numbers in the order of the file.
_RECEIVE = """
WITH received AS MATERIALIZED (
    SELECT e.n, e.report, r.ticket_id, r.method
    FROM app.receive_reports(CAST(:reports AS jsonb)) WITH ORDINALITY AS r
    JOIN jsonb_array_elements(CAST(:reports AS jsonb)) WITH ORDINALITY AS e(report, n) ON e.n = r.ordinality
),
numbered AS (
    INSERT INTO work.external_number (source, external_id, ticket_id)
    SELECT report->>'source', report->>'external_id', ticket_id FROM received
    WHERE report->>'external_id' IS NOT NULL ORDER BY n
)
SELECT array_agg(ticket_id) AS ticket_ids, count(*) FILTER (WHERE method = 'none' AND report ? 'lon_wgs84') AS outside
FROM received
"""
# A statement of its own: the statement above does not see the rows that its function wrote.
_CLOSE = """
INSERT INTO work.event (ticket_id, path, department, at, action, to_step, detail)
SELECT t.ticket_id, t.path, p.department, t.closed_at, 'step', t.step, '{"loaded": true}'
FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
WHERE t.ticket_id = ANY(:ids) AND t.closed_at IS NOT NULL ORDER BY t.ticket_id
"""


_IN_DOUBT = """
SELECT count(*) FROM work.ticket_private WHERE ticket_id = ANY(:ids) AND doubt IS NOT NULL
"""


def load_tickets(
    database: Database,
    source: Path | Sheet,
    options: ReadOptions | None = None,
    *,
    network: str = "base",
    without_point: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Loaded:
    """Load tickets of another system in their present step; tickets loaded before are skipped.

    All or nothing, unless `options.set_aside` names a file for the rows that cannot be used: raises Refused with every
    fault. `without_point`: rows without lon and lat come in too, in no grid. Located at `received_at`. About 0.6 ms a
    ticket.
    """
    options = options or ReadOptions()
    table = read_table(source, ticket_columns(options), options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        require_network(connection, network)
        take_turn(connection)
        read_points(table, options, district_extent(connection, network))
        if not without_point:
            _check_points(table)
        _check_categories(connection, table)
        _check_steps(connection, table)
        _check_times(table)
        for row in table.rows:
            row.values["source"] = row["source"] or SOURCE
        table.refuse_repeats("this number", ("external_id", "source"), [r for r in table.rows if r["external_id"]])
        table.refuse_faults()
        fresh, notes = _leave_known(connection, table)
        reports = [_report(row, network, options) for row in fresh]
        add_dated_insides(connection, reports, network)
        outside, in_doubt = _receive(connection, reports, say)
        if outside > in_doubt:
            notes.append(f"{outside - in_doubt} lay outside every grid of {network} at their date")
        if in_doubt:
            notes.append(f"{in_doubt} wait until somebody says where they are: far outside, or accurate to kilometres")
        if pointless := sum(row["point"] is None for row in fresh):
            notes.append(f"{pointless} have no point and are in no grid")
        return table.result(len(fresh), 0, len(table.rows) - len(fresh), notes)


def ticket_columns(options: ReadOptions) -> tuple[Column, ...]:
    """The columns of a file of tickets."""
    readers: dict[Kind, Reader] = {
        "text": plain,
        "words": words,
        "instant": options.instant,
        "number": number(),
        "small": whole(-32768, 32767),
        "flag": choice({"true": True, "false": False, "是": True, "否": False}),
    }
    columns = (
        Column(name, _READERS.get(name, readers.get(field.kind, plain)), field.is_required, field.aliases)
        for name, field in _LOADED.items()
    )
    return (*columns, *(replace(column, may_be_empty=True) for column in point_columns(required=True)))


def write_values(
    database: Database, source: Path, target: Path, options: ReadOptions | None = None, *, network: str = "base"
) -> dict[str, int]:
    """Write the distinct values of the file's category, to be filled in with ours; returns how many there are.

    Raises Unreadable, Refused: for a file without the column.
    """
    options = options or ReadOptions()
    with database.transaction() as connection:
        require_network(connection, network)
        found = connection.execute(
            text("SELECT category, name_zh, name_en FROM work.category WHERE retired_at IS NULL ORDER BY category")
        )
        known = [Meant(row.category, tuple(filter(None, (row.name_zh, row.name_en)))) for row in found]
    return write_skeleton(source, target, ticket_columns(options), options, {"category": known})


def _check_points(table: Table) -> None:
    remedy = "give it lon and lat, or load such rows into no grid: --without-point"
    for row in table.rows:
        if table.empty(row, "lon") and table.empty(row, "lat"):
            table.fault(row, "lon", "lon and lat are empty", remedy)


def _check_categories(connection: Connection, table: Table) -> None:
    """A category may be named by its id or in Chinese; gives every row its `workflow`."""
    known = connection.execute(text("SELECT category, name_zh, workflow FROM work.category ORDER BY category")).all()
    named = Counter(row.name_zh for row in known)
    names = {name: row for row in known for name in (row.name_zh, row.category)}
    ids = {row.category for row in known}
    _refuse_unknown(table, [row for row in table.rows if row["category"] and row["category"] not in names], known)
    for row in table.rows:
        category = names.get(row["category"])
        if named[row["category"]] > 1 and row["category"] not in ids:
            several = ", ".join(one.category for one in known if one.name_zh == row["category"])
            table.fault(row, "category", f"several are called {row['category']!r}", f"write its id: {several}")
        row.values["category"] = category and category.category
        row.values["workflow"] = category and category.workflow


def _refuse_unknown(table: Table, rows: Sequence[Row], known: Sequence[Any]) -> None:
    """Record the rows whose category nobody knows; many different ones are named in one sentence."""
    unknown = Counter(row["category"] for row in rows)
    shown = ", ".join(f"{row.category} ({row.name_zh})" for row in known)
    mapping = "say what they become: --values-skeleton OUT writes the list, --values OUT reads it"
    if len(unknown) > FEW_VALUES:
        named = ", ".join(f"{value!r} ({times})" for value, times in unknown.most_common())
        in_short = f"{len(unknown)} values are no categories, with their rows: {named}"
    else:
        in_short, mapping = "", f"one of {shown}; or {mapping}"
    table.fault_together(rows, "category", in_short, mapping, "there is no category {}")


def _check_steps(connection: Connection, table: Table) -> None:
    """The step belongs to the category's workflow and agrees with `closed_at`; a closed ticket needs not name it."""
    steps: dict[str, dict[str, bool]] = {}
    for step in connection.execute(text("SELECT workflow, step, closes FROM work.step ORDER BY workflow, position")):
        steps.setdefault(step.workflow, {})[step.step] = step.closes
    for row in table.rows:
        known = steps.get(row["workflow"], {})
        if not known:
            continue
        closing = next(step for step, closes in known.items() if closes)
        if row["step"] is None:
            row.values["step"] = closing if row["closed_at"] else None
        elif row["step"] not in known:
            message = f"{row['workflow']} has no step {row['step']!r}"
            table.fault(row, "step", message, f"one of {', '.join(known)}")
        elif known[row["step"]] != bool(row["closed_at"]):
            remedy = f"a closed ticket is in {closing} and has closed_at, an open one neither"
            table.fault(row, "step", f"{row['step']!r} does not agree with closed_at", remedy)


def _check_times(table: Table) -> None:
    latest = datetime.now(UTC) + CLOCK_SLACK
    for row in table.rows:
        received = row["received_at"]
        if received is None:
            continue
        if row["reported_at"] and row["reported_at"] > received:
            table.fault(row, "reported_at", "it was reported after it was received", "correct one of the two")
        for column, what in (("closed_at", "closed"), ("due_at", "due")):
            if row[column] and row[column] < received:
                table.fault(row, column, f"it was {what} before it was received", "correct one of the two")
        for column in ("received_at", "closed_at"):
            if row[column] and row[column] > latest:
                table.fault(row, column, "this is still to come", "correct the time or its offset")


def _leave_known(connection: Connection, table: Table) -> tuple[list[Row], list[str]]:
    """The rows that were not loaded before, and notes for the caller about the others."""
    asked = [{"s": row["source"], "e": row["external_id"]} for row in table.rows if row["external_id"]]
    found = connection.execute(
        text(
            "SELECT x.source, x.external_id, t.received_at FROM work.external_number AS x"
            " JOIN jsonb_to_recordset(CAST(:asked AS jsonb)) AS a(s text, e text)"
            "  ON x.source = a.s AND x.external_id = a.e JOIN work.ticket AS t USING (ticket_id)"
        ),
        {"asked": json.dumps(asked)},
    )
    known = {(row.source, row.external_id): row.received_at for row in found}
    fresh = [row for row in table.rows if (row["source"], row["external_id"]) not in known]
    notes = []
    other = sum(
        known.get((row["source"], row["external_id"]), row["received_at"]) != row["received_at"] for row in table.rows
    )
    if other:
        notes.append(f"{other} were skipped whose number is that of a ticket received at another time: another source?")
    nameless = len(table.rows) - len(asked)
    if nameless:
        notes.append(f"{nameless} have no external_id: loading this file again would load them again")
    return fresh, notes


def _receive(connection: Connection, reports: list[Facts], say: Callable[[str], None]) -> tuple[int, int]:
    """Write tickets; returns how many are in no grid, and of these how many with a point in doubt.

    In batches, so that no statement holds the whole file. By default PostgreSQL plans the point's look-up for every
    row, which takes longer than the look-up itself.
    """
    connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    outside = in_doubt = 0
    for start in range(0, len(reports), BATCH):
        batch = reports[start : start + BATCH]
        done = connection.execute(text(_RECEIVE), {"reports": json.dumps(batch)}).one()
        connection.execute(text(_CLOSE), {"ids": done.ticket_ids})
        outside += done.outside
        in_doubt += connection.execute(text(_IN_DOUBT), {"ids": done.ticket_ids}).scalar_one()
        if len(reports) > BATCH:
            say(f"  {start + len(batch)} of {len(reports)}")
    return outside, in_doubt


def _report(row: Row, network: str, options: ReadOptions) -> Facts:
    """The row as `app.receive_report` takes it; a key without a value is left out."""
    point = row["point"]
    report: Facts = {"network": network, "zone": options.zone.key}
    if point:
        report |= {"lon_wgs84": point.lon, "lat_wgs84": point.lat}
    for name in (*_LOADED, *(_POINT if point else ())):
        value = row[name]
        report[name] = write_instant(value) if isinstance(value, datetime) else value
    report["description"] = row["description"] or ""
    report["at"] = report.pop("received_at")
    return {key: value for key, value in report.items() if value is not None}
