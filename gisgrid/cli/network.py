"""`gisgrid network`: several networks over the same ground (多网合一)."""

import sys
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, read_start, read_time, say, show
from gisgrid.cli.tables import print_rows
from gisgrid.errors import Fault, NotFound
from gisgrid.settings import read_settings
from gisgrid.terms import ALIAS_SHARE, TOLERANCE_M

if TYPE_CHECKING:
    from gisgrid.boundaries.comparing import Comparison, Overlap
    from gisgrid.boundaries.measuring import Shapes
    from gisgrid.database import Database

network_app = typer.Typer(
    no_args_is_help=True, help="Several networks over the same ground: list, name, compare, alias, derive."
)
Base = Annotated[str, typer.Option("--base", help="The network that the other is held against.")]
At = Annotated[str | None, typer.Option(help="At which date. Default now.")]
From = Annotated[str | None, typer.Option(help="From when on: a date, or ISO 8601 with offset. Default today.")]


@network_app.command("list")
def list_all(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Which networks are there, what are they called, how many grids has each?"""
    from gisgrid.database import EVERYTHING
    from gisgrid.networks import list_networks

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        networks = list_networks(connection)
    if json:
        show(networks, "", as_json=True)
        return
    rows = [[n.network, n.name_zh, n.name_en, n.scheme, str(n.grids), ", ".join(n.levels)] for n in networks]
    print_rows(("network", "中文", "English", "scheme", "grids", "levels"), rows)


@network_app.command("name")
def name(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="Which one.")],
    zh: Annotated[str, typer.Option("--zh", help="Its name in Chinese, as 党建网.")] = "",
    en: Annotated[str, typer.Option("--en", help="Its name in English.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Give a network the names under which people choose it on the map."""
    from gisgrid.database import EVERYTHING
    from gisgrid.networks import find_network, name_network

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        name_network(connection, network, zh, en)
        named = find_network(connection, network)
    show(named, f"{network}: {named['zh']}, {named['en']}", as_json=json)


@network_app.command("compare")
def compare_networks(
    other: Annotated[str, typer.Option("--with", help="The network that is compared, as a department's own.")],
    base: Base = "base",
    at: At = None,
    tolerance_m: Annotated[float, typer.Option(help="How far lines may part, metres.", min=0.01)] = TOLERANCE_M,
    out: Annotated[Path | None, typer.Option(help="A GeoPackage: layers overlap and misfit.")] = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """How do two networks fit: the shares of their areas in each other, and where their lines differ?"""
    from gisgrid.boundaries.comparing import compare

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    date = read_time("--at", at, settings)
    with owner_database(settings) as database:
        ours, theirs = (_leaves(database, network, date) for network in (base, other))
    found = compare(ours, theirs, tolerance_m)
    best = found.best()
    if out:
        _write(found, out)
        say(f"{len(found.overlaps)} overlaps and {len(found.misfits)} misfits in {out}")
    if json:
        matrix = [overlap.facts() for overlap in found.overlaps]
        misfits = [finding.facts() for finding in found.misfits]
        result: dict[str, object] = {
            "base": base,
            "with": other,
            "at": date,
            "tolerance_m": tolerance_m,
            "matrix": matrix,
        }
        result |= {"best": [overlap.facts() for overlap in best.values()], "misfits": misfits}
        show(result, "", as_json=True)
        return
    head = (other, "lies most in", "m2", f"share of {other}", f"share of {base}")
    print_rows(head, [_row(overlap) for overlap in best.values()])
    counts = Counter(finding.kind for finding in found.misfits)
    words = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "no misfit"
    sys.stderr.write(f"{words}; --out and --json have them with their places\n")


@network_app.command("alias")
def keep(
    other: Annotated[str, typer.Option("--from", help="The network whose codes live on as aliases.")],
    base: Base = "base",
    threshold: Annotated[float, typer.Option(help="How much of a grid, and of an area, has to match.")] = ALIAS_SHARE,
    valid_from: From = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Keep a department's codes as dated aliases of the grids that make up its areas, where the match is clean."""
    from gisgrid.boundaries.aliases import keep_aliases
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        date = read_start(valid_from, settings, database, base, other)
        with database.transaction(EVERYTHING, timeout_s=600) as connection:
            kept = keep_aliases(connection, base, other, valid_from=date, threshold=threshold)
    text = f"{other}: {kept.made} aliases new or changed, {kept.kept} as before, {kept.ended} ended"
    for fault in kept.left:
        sys.stderr.write(f"  left: {fault}\n")
    show(asdict(kept), f"{text}; {len(kept.left)} codes left without", as_json=json)


@network_app.command("derive")
def derive(
    networks: Annotated[list[str], typer.Option("--from", help="A network to lay over the others; repeat it.")],
    network: Annotated[str, typer.Option("--network", help="The network that the pieces become.")],
    scheme: Annotated[str, typer.Option(help="Code scheme of a new network: free, or one that a --from has.")] = "free",
    tolerance_m: Annotated[float, typer.Option(help="Narrower pieces go to a neighbour, metres.", min=1)] = 2.0,
    valid_from: From = None,
    out: Annotated[Path | None, typer.Option(help="Write the pieces to this file and publish nothing.")] = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """One network of several: every piece of ground that lies in one area of each, coded and published."""
    from gisgrid.boundaries.deriving import DeriveOrder, derive_pieces, publish_pieces, write_pieces
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    names = tuple(name for given in networks for name in given.split(",") if name)
    with owner_database(settings, makes=network) as database:
        date = read_start(valid_from, settings, database, network, *names)
        order = DeriveOrder(names, network, date, scheme, tolerance_m, settings.data_dir / "schemes")
        with database.transaction(EVERYTHING, timeout_s=600) as connection:
            pieces = derive_pieces(connection, order)
        if out:
            write_pieces(pieces, out)
            show({"pieces": len(pieces), "file": str(out)}, f"{len(pieces)} pieces in {out}", as_json=json)
            return
        done = publish_pieces(database, order, pieces, say=say)
    for note in done.notes:
        sys.stderr.write(f"  {note}\n")
    text = f"{network}: {len(pieces)} pieces, {done.grids} new or changed, {done.ended} ended"
    show({"pieces": len(pieces), **asdict(done)}, text, as_json=json)


def _leaves(database: "Database", network: str, at: datetime | None) -> "Shapes":
    from gisgrid.boundaries.audit import leaves_by_code, read_live
    from gisgrid.database import EVERYTHING

    with database.transaction(EVERYTHING, timeout_s=600) as connection:
        leaves = leaves_by_code(read_live(connection, network, at))
    if not leaves:
        raise NotFound(Fault("network", f"network {network!r} has no grids at that date", "import them first"))
    return leaves


def _write(found: "Comparison", path: Path) -> None:
    import geopandas

    from gisgrid.boundaries.finding import write_findings

    frame = geopandas.GeoDataFrame(
        [vars(overlap.facts()) for overlap in found.overlaps],
        columns=["base", "code", "area_m2", "base_share", "share"],
        geometry=[overlap.geom for overlap in found.overlaps],
        crs=4326,
    )
    frame.to_file(path, layer="overlap", driver="GPKG", geometry_type="Unknown", index=False)
    write_findings(found.misfits, path, layer="misfit")


def _row(overlap: "Overlap") -> list[str]:
    return [overlap.code, overlap.base, f"{overlap.area_m2:.0f}", f"{overlap.share:.1%}", f"{overlap.base_share:.1%}"]
