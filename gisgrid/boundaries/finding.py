"""A fault that an import, an audit or a comparison found: what, how bad, where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from gisgrid.errors import Fault, Refused

ERROR, WARNING = "error", "warning"
SHOWN = 100
"""So many faults of one kind are listed; of the others their number is said."""


@dataclass(frozen=True)
class Finding:
    """A fault, with the codes it is about and the shape of its place (EPSG:4326; None: without one).

    `where` says the row of a file, empty for what is live.
    """

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    geom: Any = None
    where: str = ""

    @property
    def place(self) -> tuple[float, float] | None:
        """A point of the fault's shape, lon and lat."""
        if self.geom is None or self.geom.is_empty:
            return None
        point = shapely.point_on_surface(self.geom)
        return float(point.x), float(point.y)

    def facts(self) -> "Found":
        """The fault as plain values, with a point instead of the shape."""
        lon, lat = self.place or (None, None)
        said = self.fault.in_both()
        return Found(
            self.kind,
            self.severity,
            self.code,
            self.other_code,
            said.message,
            said.remedy,
            said.message_zh,
            said.remedy_zh,
            lon,
            lat,
            self.where,
        )

    @property
    def fault(self) -> Fault:
        """The finding as one entry of an error."""
        return Fault(self.where or self.code or self.kind, self.message, self.remedy)


@dataclass(frozen=True)
class Found:
    """A fault, with a point of its place (EPSG:4326; None: without one)."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    message_zh: str
    remedy_zh: str
    lon: float | None
    lat: float | None
    where: str = ""


class Faulty(Refused):
    """What was checked has errors; `findings` has all that was found, each with its place."""

    def __init__(self, findings: Sequence[Finding], *faults: Fault) -> None:
        self.findings = tuple(findings)
        super().__init__(*faults)


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Raise Faulty if there are errors among these; it names the first hundred of each kind, and how many more."""
    errors = [finding for finding in findings if finding.severity == ERROR]
    seen: Counter[str] = Counter()
    faults = []
    for error in errors:
        seen[error.kind] += 1
        if seen[error.kind] <= SHOWN:
            faults.append(error.fault)
    faults += [
        Fault(kind, f"and {count - SHOWN} more of this kind, {count} in all", "begin with these")
        for kind, count in seen.items()
        if count > SHOWN
    ]
    if faults:
        raise Faulty(findings, *faults)


def write_findings(findings: Sequence[Finding], path: Path, layer: str = "problem") -> None:
    """Write faults as one layer of a GeoPackage, which QGIS draws; faults without a shape are rows of it too."""
    import geopandas  # it and pandas take a second or two, and a service seldom writes such a file

    columns = ("kind", "severity", "code", "other_code", "message", "remedy", "message_zh", "remedy_zh", "where")
    facts = [finding.facts() for finding in findings]
    frame = geopandas.GeoDataFrame(
        {name: [getattr(one, name) for one in facts] for name in columns},
        geometry=[finding.geom for finding in findings],
        crs=4326,
    )
    frame.to_file(path, layer=layer, driver="GPKG", geometry_type="Unknown", index=False)
