"""What lies in a file that somebody brings: a zip unpacked, a folder refused, a part of a Shapefile named."""

import os
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path, PurePosixPath

from gisgrid.errors import Fault, Refused, TooLarge, Unreadable

ENDINGS = tuple(
    ".shp .geojson .json .geojsonl .topojson .gpkg .kml .kmz .gml .tab .mif .fgb .gdb .dxf .sqlite .jml .csv".split()
)
PARTS = (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qmd")
NEEDED = {
    ".shp": ((".shx", "where each shape begins"), (".dbf", "codes and names")),
    ".tab": ((".dat", "codes and names"), (".map", "the shapes"), (".id", "which shape is whose")),
    ".mif": ((".mid", "codes and names"),),
}
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
TABLES = (".xlsx", ".xls", ".ods", ".et")
LEADS_ON = re.compile(rb"(?i)<OGR[a-z]*DataSource|gdal_streamed_alg|<VRTDataset|Product_Observational|\^TABLE\s*=")
"""The marks of GDAL's virtual files, pipelines and services, and of labels that name another file (PDS)."""
JOURNALS = ("-wal", "-shm", "-journal")
"""Of SQLite: they would change a GeoPackage after it was looked through."""
PLAIN_TABLE = re.compile(r"(?i)CREATE TABLE\s")
INDEX_TABLE = re.compile(
    r"(?is)CREATE VIRTUAL TABLE (?:IF NOT EXISTS )?(?:\"[^\"]*\"|'[^']*'|\w+)\s+USING\s+"
    r"(?:rtree|fts[345]|VirtualSpatialIndex|VirtualElementary|VirtualKNN2?)\s*(?:\(.*)?"
)
HEAD_BYTES = 2**20
MAX_UNPACKED_BYTES = 4 * 2**30
KNOWN = "name a GeoJSON, GeoPackage or Shapefile"


def find_files(path: Path, folder: Path) -> list[Path]:
    """The files with shapes in what was named; what has to be unpacked is unpacked in `folder`.

    Raises Unreadable, Refused, TooLarge.
    """
    path = Path(os.path.abspath(path))
    _check_there(path)
    ending = path.suffix.lower()
    if ending in (".zip", ".shz"):
        files = _unpack(path, folder)
    elif ending == ".gml" or "!" in str(path):
        files = [_linked(path, folder)]  # GDAL writes beside a GML, and takes what follows ! for a part of a zip
    else:
        files = [path]
    for file in files:
        if file.is_file():
            _check_content(file, path.name)
        if file.suffix.lower() in NEEDED:
            _check_parts(file)
    return files


def _check_content(file: Path, called: str) -> None:
    """GDAL goes by the content, not the name: one that leads to another file or an address is not followed."""
    with file.open("rb") as opened:
        head = opened.read(HEAD_BYTES)
    if LEADS_ON.search(head) or (head.startswith(b"SQLite format 3\0") and _has_virtual_tables(file)):
        message = "this file holds no shapes of its own, it leads to another file or service"
        raise Unreadable(Fault(called, message, "save the layer itself, as GeoPackage"))


def _has_virtual_tables(file: Path) -> bool:
    """Has a GeoPackage tables that stand for other files, as SpatiaLite's VirtualText, beside its indexes?"""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute("SELECT sql, rootpage FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error as error:  # nothing that cannot be looked through is given to GDAL
        message = f"the file is damaged or cut short ({error})"
        raise Unreadable(Fault(file.name, message, "copy it or save it again")) from error
    return any(
        (not page or not PLAIN_TABLE.match(sql or "")) and not INDEX_TABLE.fullmatch(sql or "") for sql, page in rows
    )


def _check_parts(path: Path) -> None:
    """A Shapefile and a MapInfo table are several files each; those of a Shapefile are as long as they say."""
    present = {part.suffix.lower(): part for part in path.parent.iterdir() if part.stem == path.stem}
    ending = path.suffix.lower()
    is_native = ending != ".tab" or b"native" in path.read_bytes().lower()
    for part_ending, holds in NEEDED[ending] if is_native else ():
        if part_ending not in present:
            message = f"{path.stem}{part_ending} is missing, which holds {holds}"
            raise Unreadable(Fault(path.name, message, f"copy it beside the {ending}: the layer is all its files"))
    if ending != ".shp":
        return
    for part in (present[".shp"], present[".shx"]):
        said = int.from_bytes(part.read_bytes()[24:28], "big") * 2
        if part.stat().st_size < max(said, 100):
            message = f"{part.name} is cut short: {part.stat().st_size} bytes of {said}"
            raise Unreadable(Fault(path.name, message, "copy it again"))


def _check_there(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise _unreadable(path, "no file has this name", KNOWN) from None
    except OSError as error:
        message = f"this cannot be read: {error.strerror}"
        raise _unreadable(path, message, "check the name and who may read it") from error
    if not os.access(path, os.R_OK):
        raise _unreadable(path, "the account that runs gisgrid may not read this", "let it read the file")
    if path.is_dir():
        if path.suffix.lower() != ".gdb":
            inside = ", ".join(str(file.relative_to(path)) for file in _with_shapes(path)[:10])
            raise _unreadable(path, "this is a folder", f"name a file: {inside or 'none in it has shapes'}")
    elif not size:
        raise _unreadable(path, "the file is empty, 0 bytes", "copy or save it again")
    _check_ending(path)


def _check_ending(path: Path) -> None:
    ending = path.suffix.lower()
    if ending in PARTS:
        raise _unreadable(path, f"this is a part of a Shapefile, {ending}", f"name {path.with_suffix('.shp').name}")
    table = next((t for t in (path.with_suffix(".tab"), path.with_suffix(".TAB")) if t.exists()), None)
    if ending in (".dat", ".map", ".id") and table:
        raise _unreadable(path, f"this is a part of a MapInfo table, {ending}", f"name {table.name}")
    if ending in PACKED:
        raise _unreadable(path, f"{ending} is not unpacked here", "unpack it and name the file, or pack it as zip")
    if ending in TABLES:
        raise _unreadable(path, "a table has no shapes", "save the layer with the polygons as GeoPackage")


def _unreadable(path: Path, message: str, remedy: str) -> Unreadable:
    return Unreadable(Fault(str(path), message, remedy))


def _with_shapes(folder: Path) -> list[Path]:
    """The files and geodatabases with shapes in a folder, hidden ones left out."""
    found: list[Path] = []
    for inside in sorted(folder.iterdir()):
        if inside.name.startswith((".", "__MACOSX")):
            continue
        if inside.is_dir() and inside.suffix.lower() != ".gdb":
            found += _with_shapes(inside)
        elif inside.suffix.lower() in ENDINGS:
            found.append(inside)
    return found


def _unpack(path: Path, folder: Path) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.lower().endswith(JOURNALS)]
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise TooLarge(Fault(str(path), "unpacked it has more than 4 GB", "unpack it and name the file"))
            for member in members:
                member.filename = _plain_name(member)
                archive.extract(member, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable(Fault(str(path), f"the zip cannot be unpacked: {error}", "copy or pack it again")) from error
    except RuntimeError as error:
        raise Unreadable(Fault(str(path), "the zip has a password", "unpack it and name the file")) from error
    _name_geodatabases(folder)
    files = _with_shapes(folder)
    for extra in [file for file in files if file.suffix.lower() in (".json", ".csv")]:
        if len(files) > 1:  # a description that lies beside
            files.remove(extra)
    if not files:
        names = ", ".join(member.filename for member in members[:10]) or "nothing"
        raise Refused(Fault(path.name, f"no boundary file is in the zip, but {names}", f"pack one: {KNOWN[7:]}"))
    return files


def _plain_name(member: zipfile.ZipInfo) -> str:
    """The member's name: what a Chinese Windows packed is GBK, though the zip does not say so."""
    if member.flag_bits & 0x800:
        name = member.filename
    else:
        raw = member.orig_filename.encode("cp437", errors="replace")
        name = next((text for encoding in ("utf-8", "gb18030") if (text := _decoded(raw, encoding))), member.filename)
    return str(PurePosixPath(*(part for part in PurePosixPath(name.replace("\\", "/")).parts if part != "!")))


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _name_geodatabases(folder: Path) -> None:
    """A geodatabase is a folder whose name ends in .gdb, also where the zip has its files alone."""
    for table in list(folder.rglob("a00000001.gdbtable")):
        if table.parent.suffix.lower() != ".gdb":
            inside = folder / "geodatabase.gdb" if table.parent == folder else table.parent.with_suffix(".gdb")
            inside.mkdir(exist_ok=True)
            for part in list(table.parent.glob("*")):
                if part != inside and part.is_file():
                    part.rename(inside / part.name)


def _linked(path: Path, folder: Path) -> Path:
    """The file under a name that GDAL reads as it is, its parts beside it."""
    stem = path.stem.replace("!", "_")
    for part in path.parent.iterdir():
        if part.stem == path.stem:
            (folder / f"{stem}{part.suffix}").symlink_to(part)
    return folder / f"{stem}{path.suffix}"
