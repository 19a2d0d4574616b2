"""Reports whose grid is looked up in memory: a point without accuracy, strictly inside one grid.

What is found goes along with the report, and `app.locate_report` compares it where the report is written: if areas were
redrawn since, or the index is of another time, `app.locate` answers as for every other report.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from sqlalchemy import Connection

from gisgrid.assignment.dated import find_dated
from gisgrid.assignment.present import Holds, Present
from gisgrid.ticket_fields import Facts


class Shelf(Protocol):
    """Where an index of a network's grids is kept."""

    def read_now(self, network: str, redrawn: int | None) -> Present | None:
        """The index, if it is of this network and redrawn as often; None: it is made, for the next ones."""


def add_insides(reports: Sequence[Facts], redrawn: Mapping[str, int | None], shelf: Shelf | None) -> None:
    """Give reports of now (as `app.receive_reports` takes them) the grid strictly around them, if the shelf has it.

    `redrawn`: of each network, as `core.redrawn` has it.
    """
    for network, times in redrawn.items() if shelf else ():
        asked = [report for report in reports if report["network"] == network and is_plain(report)]
        present = shelf.read_now(network, times) if shelf and asked else None
        if present is None:
            continue
        points = np.array([(report["lon_wgs84"], report["lat_wgs84"]) for report in asked], dtype=np.float64)
        found = present.find_many(points[:, 0], points[:, 1])
        for report, version, distance_m in zip(asked, *(each.tolist() for each in found), strict=True):
            if version:
                report["inside"] = write_inside(version, distance_m, present.holds)


def add_dated_insides(connection: Connection, reports: Sequence[Facts], network: str) -> None:
    """The same for reports of the past, each `at` its own instant; in a transaction that has the boundary lock."""
    asked = [report for report in reports if is_plain(report) and report.get("at")]
    if not asked:
        return
    points = np.array([(report["lon_wgs84"], report["lat_wgs84"]) for report in asked], dtype=np.float64)
    at = [datetime.fromisoformat(str(report["at"])) for report in asked]
    versions, distances, holds = find_dated(connection, network, points[:, 0], points[:, 1], at)
    for n, version in enumerate(versions.tolist()):
        if version:
            asked[n]["inside"] = write_inside(version, float(distances[n]), holds[n])


def is_plain(report: Facts) -> bool:
    """Has it a point, and no accuracy whose disc would have to be laid over the grids?"""
    return report.get("lon_wgs84") is not None and report.get("accuracy_m") is None


def write_inside(version: int, distance_m: float, holds: Holds) -> Facts:
    """What was found, as `app.locate_report` takes it."""
    return {
        "version": version,
        "distance_m": distance_m,
        "redrawn": holds.redrawn,
        "since": holds.since,
        "until": holds.until,
    }
