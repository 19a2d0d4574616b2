"""`gisgrid check`: the full audit of what is live."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, read_time, say, say_cell, show
from gisgrid.cli.tables import print_rows
from gisgrid.settings import Settings, read_settings
from gisgrid.terms import GAP_M

if TYPE_CHECKING:
    from gisgrid.boundaries.finding import Finding
    from gisgrid.counters import WrongCounter
    from gisgrid.patrol import WrongHour


def check(
    network: Network = "",
    at: Annotated[
        str | None, typer.Option(help="The boundaries of this date. Default now, with everything assigned to them.")
    ] = None,
    gap_m: Annotated[float, typer.Option(help="Gaps narrower than this, metres, are errors.", min=0)] = GAP_M,
    out: Annotated[Path | None, typer.Option(help="A GeoPackage with every place, to be drawn in QGIS.")] = None,
    counters: Annotated[
        bool,
        typer.Option(
            "--counters",
            help="Only recount and compare what is kept: counters, sums of figures, cells of the map, shares of ground,"
            " what patrols saw.",
        ),
    ] = False,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What is wrong with the live boundaries, and what is assigned to a wrong area? Ends with 1 on errors."""
    from gisgrid.boundaries.audit import audit
    from gisgrid.boundaries.finding import ERROR, write_findings
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    if counters:
        _recount(settings, network, json=json)
        return
    date = read_time("--at", at, settings)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        found = audit(
            connection, network or settings.network, gap_m=gap_m, at=date, schemes=settings.data_dir / "schemes"
        )
    if out:
        write_findings(found, out)
        say(f"{len(found)} findings in {out}")
    if json:
        show([finding.facts() for finding in found], "", as_json=True)
    elif found:
        print_rows(("severity", "kind", "code", "problem", "place", "remedy"), [_row(finding) for finding in found])
        counts = Counter(finding.severity for finding in found)
        sys.stderr.write(f"{counts[ERROR]} errors, {len(found) - counts[ERROR]} warnings\n")
    else:
        show(None, "nothing is wrong", as_json=False)
    if any(finding.severity == ERROR for finding in found):
        raise typer.Exit(1)


def _recount(settings: Settings, network: str, *, json: bool) -> None:
    from gisgrid.counters import check_counters
    from gisgrid.database import EVERYTHING
    from gisgrid.patrol import check_walks

    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        found = [*check_counters(connection), *(_of_patrol(one) for one in check_walks(connection))]
    wrong = [one for one in found if network in ("", one.network)]
    if json:
        show(wrong, "", as_json=True)
    elif wrong:
        rows = [[one.network, one.area or "", one.counter, str(one.kept), str(one.counted)] for one in wrong]
        print_rows(("network", "area", "counter", "kept", "counted"), rows)
        calls = ", ".join(f"`SELECT app.{name}()`" for name in dict.fromkeys(one.recount for one in wrong))
        sys.stderr.write(f"rows were changed with triggers off; this puts it right: {calls}\n")
    else:
        show(None, "every kept counter is right", as_json=False)
    if wrong:
        raise typer.Exit(1)


def _of_patrol(one: "WrongHour") -> "WrongCounter":
    from gisgrid.counters import WrongCounter
    from gisgrid.patrol.pings import NETWORK

    name = f"patrol of {one.worker}, {say_cell(one.hour)}: {one.what}"
    return WrongCounter(NETWORK, None, name, one.kept, one.counted, "recount_walks")


def _row(finding: "Finding") -> list[str]:
    codes = " ".join(filter(None, (finding.code, finding.other_code)))
    place = "" if finding.place is None else f"{finding.place[0]:.6f}, {finding.place[1]:.6f}"
    return [finding.severity, finding.kind, codes, finding.message, place, finding.remedy]
