"""One thing that an audit or a comparison found: what, how bad, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import shapely

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """What is wrong, with the codes it is about and its place (EPSG:4326; None where it has none)."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    geom: Any = None

    @property
    def place(self) -> tuple[float, float] | None:
        """A point of it, lon and lat."""
        if self.geom is None or self.geom.is_empty:
            return None
        point = shapely.point_on_surface(self.geom)
        return float(point.x), float(point.y)

    def facts(self) -> "Found":
        """The same as plain values, the shape as a place."""
        lon, lat = self.place or (None, None)
        return Found(self.kind, self.severity, self.code, self.other_code, self.message, self.remedy, lon, lat)


@dataclass(frozen=True)
class Found:
    """What is wrong, with a point of its place (EPSG:4326; None where it has none)."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    lon: float | None
    lat: float | None


def write_findings(findings: Sequence[Finding], path: Path, layer: str = "problem") -> None:
    """One layer of a GeoPackage, so that QGIS draws every place; what has no shape is in its table all the same."""
    columns = ("kind", "severity", "code", "other_code", "message", "remedy")
    frame = geopandas.GeoDataFrame(
        {name: [getattr(finding, name) for finding in findings] for name in columns},
        geometry=[finding.geom for finding in findings],
        crs=4326,
    )
    frame.to_file(path, layer=layer, driver="GPKG", geometry_type="Unknown", index=False)
