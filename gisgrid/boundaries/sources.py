"""Which layer of a file holds the areas: those with polygons count, and of several one has to be named."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyproj

from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.layers import Json

KINDS = {1: "point", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"} | {
    8: "line",
    9: "line",
    10: "polygon",
    11: "line",
    12: "polygon",
}
"""By the number of WKB, curves too."""


@dataclass(frozen=True)
class Source:
    """A layer of a file. `name` is what people call it: the file's where each file has one."""

    path: Path
    layer: str
    name: str


def choose_source(files: Sequence[Path], wanted: str, called: str) -> tuple[Source, list[str]]:
    """The layer to read, and what was left out. Raises Refused naming the layers where one has to be chosen."""
    sources = _distinct([source for file in files for source in _layers(file, has_others=len(files) > 1)])
    if not sources:
        raise without_shapes(files[0], called)
    if wanted:
        named = [source for source in sources if wanted in (source.name, source.layer)]
        if len(named) != 1:
            raise Refused(Fault(called, f"no layer is called {wanted!r}", f"--layer, one of: {_names(sources)}"))
        return named[0], []
    if len(sources) == 1:
        return sources[0], []
    counts = {source: _count(source) for source in sources}
    drawn = [source for source in sources if counts[source]["polygon"]]
    shown = "; ".join(f"{source.name} ({_written(counts[source])})" for source in sources if counts[source])
    if len(drawn) == 1:
        left = "; ".join(f"{s.name} ({_written(counts[s])})" for s in sources if counts[s] and s != drawn[0])
        taken = f"layer {drawn[0].name} taken ({_written(counts[drawn[0]])})"
        return drawn[0], [taken + (f", left out: {left}" if left else ", the others are empty")]
    if not drawn:
        message = f"no layer has polygons: {shown or 'all are empty'}"
        raise Refused(Fault(called, message, "name the file with the areas"))
    message = f"{len(drawn)} layers have polygons: {shown}"
    raise Refused(Fault(called, message, f"say which with --layer, as --layer {drawn[0].name!r}"))


def without_shapes(file: Path, called: str) -> Unreadable:
    """The refusal of a table that has no shapes."""
    remedy = "name the file with the polygons"
    if file.suffix.lower() == ".csv":
        remedy = f"write them as text (POLYGON ...) in a column called WKT, or {remedy}"
    return Unreadable(Fault(called, "this file has no shapes", remedy))


def _distinct(sources: list[Source]) -> list[Source]:
    """Layers of one name, in a zip, go by the folder as well."""
    names = Counter(source.name for source in sources)
    return [
        replace(source, name=f"{source.path.parent.name}/{source.path.name}/{source.name}")
        if names[source.name] > 1
        else source
        for source in sources
    ]


def _layers(file: Path, *, has_others: bool) -> list[Source]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyogrio

        found = [(str(name), kind) for name, kind in pyogrio.list_layers(file)]
    spatial = [name for name, kind in found if kind is not None]
    if not spatial and found:
        raise without_shapes(file, file.name)
    return [Source(file, name, file.stem if has_others and len(spatial) == 1 else name) for name in spatial]


def _names(sources: Sequence[Source]) -> str:
    return ", ".join(source.name for source in sources)


def _written(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(counts.items())) or "empty"


def _count(source: Source) -> Counter[str]:
    """How many shapes of which kind a layer has."""
    meta, table = read_arrow(source, columns=[])
    column = shapes_column(meta, table)
    kinds = [wkb_type(wkb) for wkb in table[column].to_pylist()] if column else []
    return Counter(KINDS.get(kind, "other shape") for kind in kinds if kind)


def read_arrow(source: Source, *, columns: Sequence[str] | None = None) -> tuple[Json, Any]:
    """GDAL's rows of a layer; a Shapefile's texts come as Latin-1, byte by byte. Raises `gdal_errors`."""
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL warns of rings that are checked later, with their rows
        encoding = "iso8859-1" if source.path.suffix.lower() == ".shp" else None
        meta, table = pyogrio.read_arrow(
            source.path, layer=source.layer, columns=columns, return_fids=True, encoding=encoding
        )
    return meta, table


def read_lines_for_arcs(source: Source) -> list[bytes | None]:
    """The shapes of a layer as WKB, in which GDAL has drawn arcs as lines."""
    import pyogrio

    return list(pyogrio.raw.read(source.path, layer=source.layer, columns=[])[2])


def gdal_errors() -> tuple[type[Exception], ...]:
    """What GDAL, pyogrio and pyarrow raise of a file; asked when something was raised, because pyogrio takes a while.

    With it come geopandas and pandas, a second or two; a service that reads no file of shapes never imports them.
    """
    import pyogrio
    from pyarrow.lib import ArrowException

    found = pyogrio.errors
    own = (found.DataSourceError, found.DataLayerError, found.FeatureError, found.GeometryError, found.FieldError)
    return (*own, *system_errors(), ArrowException, UnicodeDecodeError, ValueError, RuntimeError, OSError)


def system_errors() -> tuple[type[Exception], ...]:
    """What a damaged definition of a coordinate system raises (pyogrio: UnboundLocalError, of some)."""
    import pyogrio

    return (pyogrio.errors.CRSError, pyproj.exceptions.CRSError, UnboundLocalError)


def shapes_column(meta: Json, table: Any) -> str:
    """The column with the shapes as WKB; empty without one."""
    name = meta["geometry_name"] or "wkb_geometry"
    return name if name in table.column_names else ""


def wkb_type(wkb: bytes | None) -> int:
    """The kind of a shape by the number of WKB, heights aside: 3 polygon, 6 multipolygon; 0 without shape."""
    if not wkb:
        return 0
    number = int.from_bytes(wkb[1:5], "little" if wkb[0] == 1 else "big")
    return (number & 0x0FFFFFFF) % 1000
