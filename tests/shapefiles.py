"""Shapefiles byte by byte, as programs make them that GDAL's writer would not imitate."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


@dataclass(frozen=True)
class Column:
    """A column of a DBF: its name (cut after ten bytes), width in bytes, kind, decimals."""

    name: str
    width: int
    kind: str = "C"
    decimals: int = 0


def write_shapefile(
    path: Path,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    encoding: str = "utf-8",
    *,
    cpg: str = "",
    language: int = 0,
    prj: str = WGS84,
) -> Path:
    """A Shapefile of squares, one a row; `cpg` and `language` say what its text pretends to be (empty, 0: nothing)."""
    boxes = [shapely.box(113.80 + i / 100, 27.60, 113.81 + i / 100, 27.61) for i in range(len(rows))]
    path.with_suffix(".dbf").write_bytes(_table(columns, rows, encoding, language))
    shapes = [_polygon(box) for box in boxes]
    bounds = shapely.MultiPolygon(boxes).bounds
    place, index, body = 50, b"", b""
    for number, shape in enumerate(shapes, start=1):
        length = len(shape) // 2
        index += struct.pack(">ii", place, length)
        body += struct.pack(">ii", number, length) + shape
        place += 4 + length
    path.write_bytes(_head(len(body), bounds) + body)
    path.with_suffix(".shx").write_bytes(_head(len(index), bounds) + index)
    if prj:
        path.with_suffix(".prj").write_text(prj, encoding="utf-8")
    if cpg:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]], encoding: str, language: int) -> bytes:
    width = 1 + sum(column.width for column in columns)
    head = struct.pack("<BBBBIHH", 3, 124, 1, 1, len(rows), 33 + 32 * len(columns), width) + b"\0" * 17
    head += bytes([language]) + b"\0\0"
    for column in columns:
        name = column.name.encode(encoding)[:10].ljust(11, b"\0")
        head += name + column.kind.encode() + b"\0" * 4 + bytes([column.width, column.decimals]) + b"\0" * 14
    body = b""
    for row in rows:
        body += b" "
        for column, cell in zip(columns, row, strict=True):
            raw = cell.encode(encoding)[: column.width]
            body += raw.rjust(column.width) if column.kind == "N" else raw.ljust(column.width)
    return head + b"\r" + body + b"\x1a"


def _polygon(box: shapely.Polygon) -> bytes:
    corners = list(shapely.Polygon(box).normalize().exterior.coords)
    bounds = struct.pack("<4d", *box.bounds)
    return (
        struct.pack("<i", 5)
        + bounds
        + struct.pack("<iii", 1, len(corners), 0)
        + b"".join(struct.pack("<dd", *corner) for corner in corners)
    )


def _head(length: int, bounds: tuple[float, ...]) -> bytes:
    return (
        struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + length // 2)
        + struct.pack("<ii", 1000, 5)
        + struct.pack("<8d", *bounds, 0, 0, 0, 0)
    )
