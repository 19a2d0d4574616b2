"""A fault that an audit or a comparison found: what, how bad, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import shapely

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """A fault, with the codes it is about and the shape of its place (EPSG:4326; None: without one)."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    geom: Any = None

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
        return Found(self.kind, self.severity, self.code, self.other_code, self.message, self.remedy, lon, lat)


@dataclass(frozen=True)
class Found:
    """A fault, with a point of its place (EPSG:4326; None: without one)."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    lon: float | None
    lat: float | None


def write_findings(findings: Sequence[Finding], path: Path, layer: str = "problem") -> None:
    """Write faults as one layer of a GeoPackage, which QGIS draws; faults without a shape are rows of it too."""
    columns = ("kind", "severity", "code", "other_code", "message", "remedy")
    frame = geopandas.GeoDataFrame(
        {name: [getattr(finding, name) for finding in findings] for name in columns},
        geometry=[finding.geom for finding in findings],
        crs=4326,
    )
    frame.to_file(path, layer=layer, driver="GPKG", geometry_type="Unknown", index=False)
