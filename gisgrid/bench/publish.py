"""What a redraw costs: open, save, check, preview, publish, follow, and how long reports wait for it."""

import os
import time
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Engine, text

from gisgrid.bench.desk import Desk, editor
from gisgrid.bench.stall import Box, reporting

WRITERS = 8
PAUSE_S = 1.5
"""How long reports run before and after the publish that they are watched at."""


@dataclass(frozen=True)
class Case:
    """What lies in the database: a name for it, grids, tickets, and the areas that redraws are opened on."""

    name: str
    grids: int
    tickets: int
    areas: dict[str, str]


@dataclass(frozen=True)
class Where:
    """Which database, and on which of its areas."""

    district: str
    grids: int
    tickets: int
    on: str


@dataclass(frozen=True)
class Round:
    """What one redraw took, in seconds, and how many tickets moved."""

    open_s: float
    save_s: float
    check_s: float
    preview_s: float
    publish_s: float
    check_preview_publish_s: float
    relocate_s: float
    moved: float


@dataclass(frozen=True)
class Waits:
    """How long the lock was away, and how long reports took before and while it was, in seconds."""

    stall_s: float
    report_usual_s: float
    report_usual_max_s: float
    report_max_s: float


@dataclass(frozen=True)
class Cost(Waits, Round, Where):
    """All of it: the median of the rounds, and the longest of all waits."""


def measure(superuser: Engine, case: Case, rounds: int) -> list[Cost]:
    """One row for each of the case's areas: seconds, the median of the rounds and the longest of all waits.

    `superuser` must not pool; every round changes five other grids and publishes them.
    """
    login = f"bench_{os.getpid()}"
    with editor(superuser, login):
        desk = Desk(superuser, login)
        return [_measure_area(desk, case, kind, code, rounds) for kind, code in case.areas.items()]


def _measure_area(desk: Desk, case: Case, kind: str, code: str, rounds: int) -> Cost:
    runs = [vars(_round(desk, code, seed)) for seed in range(rounds)]
    usual = {name: median(run[name] for run in runs) for name in runs[0]}
    waits = _watched(desk, code, seed=rounds, box=_box(desk.superuser))
    return Cost(case.name, case.grids, case.tickets, kind, **usual, **vars(waits))


def _round(desk: Desk, code: str, seed: int) -> Round:
    number, opened = desk.open(code)
    saved = desk.save(number, desk.redraw(number, seed))
    checked, previewed = desk.run("check_changeset", number), desk.run("preview_changeset", number)
    published = desk.publish(number)
    moved, followed = desk.relocate(number)
    return Round(opened, saved, checked, previewed, published, checked + previewed + published, followed, moved)


def _watched(desk: Desk, code: str, *, seed: int, box: Box) -> Waits:
    """One more redraw, published while reports come in: what the slowest of them waited."""
    number, _ = desk.open(code)
    desk.save(number, desk.redraw(number, seed))
    with reporting(desk.superuser, box, WRITERS) as watch:
        time.sleep(PAUSE_S)
        before = len(watch.lock_s), len(watch.report_s)
        desk.publish(number)
        desk.relocate(number)
        after = len(watch.lock_s) + 1, len(watch.report_s) + WRITERS
        time.sleep(PAUSE_S)
    return Waits(
        stall_s=max(watch.lock_s[before[0] : after[0]]),
        report_usual_s=median(watch.report_s[: before[1]]),
        report_usual_max_s=max(watch.report_s[: before[1]]),
        report_max_s=max(watch.report_s[before[1] : after[1]]),
    )


def _box(superuser: Engine) -> Box:
    with superuser.begin() as connection:
        row = connection.execute(
            text(
                "SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north FROM"
                " (SELECT ST_Extent(geom) AS e FROM app.area_now WHERE network = 'base' AND level = 'grid') AS x"
            )
        ).one()
    return row.west, row.south, row.east, row.north
