"""One network derived from several: their pieces get codes and are imported, with aliases of every source network."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
from sqlalchemy import Connection, text

from gisgrid.boundaries.aliases import Alias, record_aliases
from gisgrid.boundaries.audit import LEAF, LiveArea, read_live
from gisgrid.boundaries.comparing import find_overlaps
from gisgrid.boundaries.importing import Imported, ImportOrder, import_boundaries
from gisgrid.boundaries.overlaying import Piece, overlay
from gisgrid.codes import Scheme, load_scheme, reading_order
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import LonLat
from gisgrid.terms import TOLERANCE_M

MAX_CODE = 64


@dataclass(frozen=True)
class DeriveOrder:
    """Which networks to lay over each other, how to import the result, and below which width a piece is a sliver."""

    networks: tuple[str, ...]
    network: str
    valid_from: datetime
    scheme: str = "free"
    tolerance_m: float = TOLERANCE_M
    schemes: Path | None = None


@dataclass(frozen=True)
class CodedPiece:
    """A piece with its own code and name."""

    code: str
    name: str
    piece: Piece


def derive_pieces(connection: Connection, order: DeriveOrder) -> list[CodedPiece]:
    """The pieces that a derived network is made of, coded. Raises NotFound, Refused.

    A piece keeps the code of a live area if they share more than half of both their ground. New codes: in a scheme
    with a tree, below the area above in the first network of that scheme; else the codes of its areas, joined.
    """
    if len(set(order.networks)) < 2 or order.network in order.networks:
        raise Refused(Fault("from", "at least two networks are laid over each other, into another", "name them"))
    nets = {name: _leaves(connection, name, order.valid_from) for name in order.networks}
    pieces = overlay({name: {c: a.geom for c, a in areas.items()} for name, areas in nets.items()}, order.tolerance_m)
    kept = _kept_codes(connection, order, pieces)
    fresh = [index for index in range(len(pieces)) if index not in kept]
    schemes = _schemes(connection)
    scheme = load_scheme(schemes.get(order.network, order.scheme), order.schemes)
    taken = set(_codes_ever(connection, order.network))
    if scheme.has_tree:
        trees = [name for name in order.networks if schemes[name] == scheme.name]
        new = _tree_codes([pieces[index] for index in fresh], scheme, trees, taken)
    else:
        new = _joined_codes([pieces[index] for index in fresh], taken)
    codes = kept | dict(zip(fresh, new, strict=True))
    return [CodedPiece(codes[index], _name(piece, nets), piece) for index, piece in enumerate(pieces)]


def publish_pieces(
    database: Database, order: DeriveOrder, pieces: list[CodedPiece], *, say: Callable[[str], None] = lambda _: None
) -> Imported:
    """Import derived pieces, which end all areas that were there, and record the source networks' codes as aliases."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_pieces(pieces, Path(folder) / f"{order.network}.gpkg")
        title = f"derived from {', '.join(order.networks)}"
        wanted = ImportOrder(
            path,
            order.valid_from,
            level=LEAF,
            network=order.network,
            scheme="" if _is_there(database, order.network) else order.scheme,
            replace=True,
            title=title,
            schemes=order.schemes,
        )
        done = import_boundaries(database, wanted, say=say)
    with database.transaction(EVERYTHING) as connection:
        _note_codes(connection, order, pieces)
    return done


def write_pieces(pieces: list[CodedPiece], path: Path) -> Path:
    """Write the pieces: `code`, `name`, and for each network a column `in_NETWORK` with the code of its area there."""
    columns: dict[str, list[Any]] = {"code": [p.code for p in pieces], "name": [p.name for p in pieces]}
    for network in pieces[0].piece.codes if pieces else ():
        columns[f"in_{network}"] = [p.piece.codes[network] for p in pieces]
    frame = geopandas.GeoDataFrame(columns, geometry=[p.piece.shape for p in pieces], crs=4326)
    frame.to_file(path, index=False)
    return path


def _note_codes(connection: Connection, order: DeriveOrder, pieces: list[CodedPiece]) -> None:
    own = {a.code: a for a in read_live(connection, order.network, order.valid_from) if a.level == LEAF}
    shapes = {code: area.geom for code, area in own.items()}
    for network in order.networks:
        areas = _leaves(connection, network, order.valid_from)
        found = find_overlaps(shapes, {code: area.geom for code, area in areas.items()})
        shares = {(overlap.base, overlap.code): overlap.base_share for overlap in found}
        wanted = []
        for piece in pieces:
            code = piece.piece.codes[network]
            if code is not None:
                share = min(shares.get((piece.code, code), 0.0), 1.0)
                wanted.append(Alias(code, areas[code].name, piece.code, own[piece.code].area_id, share))
        record_aliases(connection, network, wanted, own.values(), [], valid_from=order.valid_from)


def _leaves(connection: Connection, network: str, at: datetime) -> dict[str, LiveArea]:
    areas = {
        area.code: area for area in read_live(connection, network, at) if (area.level, area.kind) == (LEAF, "base")
    }
    if not areas:
        raise NotFound(Fault("network", f"network {network!r} has no grids at that date", "import them first"))
    return areas


def _kept_codes(connection: Connection, order: DeriveOrder, pieces: list[Piece]) -> dict[int, str]:
    """Codes of live areas for the pieces that share more than half of both their ground."""
    live = {
        area.code: area.geom for area in read_live(connection, order.network, order.valid_from) if area.level == LEAF
    }
    found = find_overlaps(live, {str(index): piece.shape for index, piece in enumerate(pieces)})
    return {int(o.code): o.base for o in found if min(o.share, o.base_share) > 0.5}


def _tree_codes(pieces: list[Piece], scheme: Scheme, trees: list[str], taken: set[str]) -> list[str]:
    """Numbers below the area above, in reading order. Raises Refused naming the pieces without a known area above."""
    below: dict[str, list[int]] = defaultdict(list)
    faults = []
    for index, piece in enumerate(pieces):
        above = [scheme.parent(code) for name in trees if (code := piece.codes[name])]
        if above and above[0]:
            below[above[0]].append(index)
        else:
            held = ", ".join(f"{name} {code}" for name, code in piece.codes.items() if code) or "nothing"
            faults.append(Fault(held, f"no network of scheme {scheme.name} says what it stands below", "--scheme free"))
    if faults:
        raise Refused(*faults[:20])
    codes: dict[int, str] = {}
    for parent, indexes in below.items():
        codes |= dict(zip(indexes, scheme.number(parent, [_point(pieces[i]) for i in indexes], taken), strict=True))
    return [codes[index] for index in range(len(pieces))]


def _joined_codes(pieces: list[Piece], taken: set[str]) -> list[str]:
    """`A1+B2`, and `A1+B2-2` for a further piece of the same areas, in reading order."""
    joined = ["+".join(code for code in piece.codes.values() if code)[: MAX_CODE - 6] for piece in pieces]
    counts: Counter[str] = Counter()
    codes: dict[int, str] = {}
    used = set(taken)
    for index in reading_order([_point(piece) for piece in pieces]):
        code = joined[index]
        while code in used:
            counts[joined[index]] += 1
            code = f"{joined[index]}-{counts[joined[index]] + 1}"
        codes[index] = code
        used.add(code)
    return [codes[index] for index in range(len(pieces))]


def _point(piece: Piece) -> LonLat:
    point = piece.shape.representative_point()
    return LonLat(point.x, point.y)


def _name(piece: Piece, nets: Mapping[str, Mapping[str, LiveArea]]) -> str:
    names = (nets[network][code].name for network, code in piece.codes.items() if code)
    return " · ".join(dict.fromkeys(names))[:200]


def _codes_ever(connection: Connection, network: str) -> list[str]:
    found = connection.execute(text("SELECT code FROM core.area WHERE network = :network"), {"network": network})
    return list(found.scalars())


def _schemes(connection: Connection) -> dict[str, str]:
    return {row.network: row.scheme for row in connection.execute(text("SELECT network, scheme FROM core.network"))}


def _is_there(database: Database, network: str) -> bool:
    with database.transaction() as connection:
        return network in _schemes(connection)
