"""Devices that raise alarms: a terminal (平安之家) or a smoke detector in every building of 柑子园."""

from gisgrid.sample.division import Divisions
from gisgrid.sample.people import buildings

DEVICE_COLUMNS = ("code", "name", "kind", "category", "lon", "lat", "system", "invented")
KINDS = {"家庭终端": "平安之家终端", "烟感": "楼道烟感"}
"""What they are, and what people call them."""

Row = dict[str, object]


def device_rows(divisions: Divisions) -> list[Row]:
    """One in each of the 48 buildings, the two kinds by turns."""
    rows: list[Row] = []
    for number, (_, lon, lat) in enumerate(buildings(divisions), 1):
        kind = list(KINDS)[number % len(KINDS)]
        rows.append({
            "code": f"GZY-{number:02d}", "name": f"柑子园{number}栋{KINDS[kind]}", "kind": kind, "category": "hazard",
            "lon": lon, "lat": lat, "system": "wgs84", "invented": "yes",
        })  # fmt: skip
    return rows
