"""Vector tiles: one SQL statement a tile, TileJSON and the map's style, all of it from the layers' folders."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from gisgrid import __version__
from gisgrid.errors import Fault, NotFound
from gisgrid.geo import TileCoord
from gisgrid.instants import write_instant
from gisgrid.layers import OWN, Json, Layer, find_layers
from gisgrid.round_trips import prepared
from gisgrid.settings import shipped
from gisgrid.tables import INSTANT

EXTENT = 4096
BUFFER = 64
"""Units of the tile beyond its edge that are searched and kept: 8 px of a 512-pixel tile."""
BANDS = ("ground", "cover", "border", "point", "label", "count")
"""The order of style layers on the map, from the ground up; each style layer names its band."""
THEMES = ("day", "dark", "wall")


@dataclass(frozen=True)
class Track:
    """Whose track a tile of patrols shows, and from when until before when."""

    worker: str
    since: datetime
    until: datetime


def render(
    connection: Connection,
    layers: Sequence[Layer],
    tile: TileCoord,
    at: datetime | None = None,
    args: Json | None = None,
) -> bytes:
    """The bytes of a tile, a Mapbox Vector Tile, empty without features; one SQL statement.

    Searches and keeps BUFFER units beyond the edge. Rows come by feature id, so the same data gives the same bytes.
    `at` None means now. Sees what the connection's role and scope may see.
    """
    query = tile_query(layers)
    if not any(layer.scoped for layer in layers):  # whose plan would depend on the first scope that asked
        query = prepared(query)
    return bytes(connection.execute(query, tile_values(tile, at, args)).scalar_one())


def arguments(network: str, as_recorded: datetime | None = None, track: Track | None = None) -> Json:
    """The arguments of layers beside box and date: a network, as recorded when (None: now), whose track."""
    shown = (
        {"worker": track.worker, "from": write_instant(track.since), "to": write_instant(track.until)} if track else {}
    )
    return {"network": network} | ({"as_recorded": write_instant(as_recorded)} if as_recorded else {}) | shown


def tile_values(tile: TileCoord, at: datetime | None = None, args: Json | None = None) -> Json:
    """The parameters of `tile_query`, by name."""
    return {"z": tile.z, "x": tile.x, "y": tile.y, "at": at, "args": json.dumps(args or {})}


def tile_query(layers: Sequence[Layer]) -> Select[Any]:
    """The statement that `render` sends: the tiles of the layers one after the other, an empty one as no bytes."""
    return _query(tuple((layer.id, layer.fields) for layer in layers))


@cache
def tile_words(layers: tuple[str, ...]) -> tuple[str, Json]:
    """The same statement as text, and its constants: for who asks over a connection without SQLAlchemy."""
    dialect: Dialect = PGDialect_psycopg2()  # type: ignore[no-untyped-call]
    compiled = tile_query(find_layers(",".join(layers))).compile(dialect=dialect)
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


@cache
def _query(layers: tuple[tuple[str, tuple[str, ...]], ...]) -> Select[Any]:
    """Built once for the same layers, because building takes as long as a small tile."""
    empty: ColumnElement[Any] = literal_column("''::bytea", BYTEA)
    drawn = [_layer_query(name, fields) for name, fields in layers]
    held: list[ColumnElement[Any]] = [func.coalesce(each, empty, type_=BYTEA) for each in drawn]
    return select(reduce(_followed_by, held[1:], held[0]))


def _followed_by(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return one.op("||")(other)


def _layer_query(name: str, fields: Sequence[str]) -> ColumnElement[Any]:
    """The box is a constant expression, so that the layer's function is inlined and its index used."""
    z, x, y = (bindparam(part, type_=Integer) for part in "zxy")
    margin: ColumnElement[float] = literal_column(f"margin => {BUFFER / EXTENT}")
    at, args = bindparam("at", type_=INSTANT), cast(bindparam("args", type_=Text), JSONB)
    columns: list[ColumnClause[Any]] = [column(field) for field in ("feature_id", "geom", *fields)]
    rows = getattr(func.tile, name)(z, func.st_tileenvelope(z, x, y, margin), at, args)
    rows = rows.table_valued(*columns, name="l")
    geom = func.st_asmvtgeom(rows.c.geom, func.st_tileenvelope(z, x, y), EXTENT, BUFFER, True).label("geom")
    drawn = select(rows.c.feature_id, geom, *(rows.c[field] for field in fields)).order_by(rows.c.feature_id)
    held = drawn.subquery("f").table_valued()
    return select(func.st_asmvt(held, name, EXTENT, "geom", "feature_id")).scalar_subquery()


def etag(body: bytes) -> str:
    """The validator of an answer: a hash of its bytes and of this version. Weak, because it may travel compressed."""
    return f'W/"{hashlib.blake2b(body, digest_size=12, key=__version__.encode()).hexdigest()}"'


def tilejson(layers: Sequence[Layer], base_url: str, network: str = "") -> Json:
    """The TileJSON 3.0 of these layers, with the address of the tiles on this server.

    `network`: whose areas and tickets the tiles hold; empty: of the one that the server means.
    """
    promises = [layer.tilejson for layer in layers]
    return {
        "tilejson": "3.0.0",
        "name": ",".join(layer.id for layer in layers),
        "description": "; ".join(promise["description"] for promise in promises),
        "attribution": _attribution(layers),
        "scheme": "xyz",
        "tiles": [_address(layers, base_url, network)],
        "minzoom": min(promise["minzoom"] for promise in promises),
        "maxzoom": max(promise["maxzoom"] for promise in promises),
        "vector_layers": [entry for promise in promises for entry in promise["vector_layers"]],
        "filters": {name: said for promise in promises for name, said in promise.get(f"{OWN}filters", {}).items()},
    }


def style(
    theme: str, layers: Sequence[Layer], base_url: str, now: int, due_soon_s: int, network: Json | None = None
) -> Json:
    """The map of these layers as a MapLibre style (version 8) without glyphs or sprites: the browser draws text.

    `now` (seconds since 1970) and `due_soon_s` are its state, by which it colours; the viewer keeps `now` going.
    `network`: whose areas and tickets it shows (id, zh, en); None: those of the one that the server means.
    Raises NotFound for an unknown theme.
    """
    if theme not in THEMES:
        raise NotFound(Fault("theme", f"no theme is called {theme!r}", "there are: " + ", ".join(THEMES)))
    own = network or {}
    background = {"id": "background", "type": "background", "paint": {"background-color": "#e9eeec"}}
    drawn = [(part, layer) for layer in layers for part in layer.style]
    drawn.sort(key=lambda pair: BANDS.index(pair[0]["metadata"][f"{OWN}band"]))
    return {
        "version": 8,
        "name": " ".join(filter(None, ("gisgrid", theme, own.get("id")))),
        "metadata": {
            f"{OWN}layers": {layer.id: _told(layer) for layer in layers},
            **({f"{OWN}network": own} if own else {}),
        },
        "state": {
            "now": {"default": now},
            "due_soon_s": {"default": due_soon_s},
            "closed": {"default": False},
            "figures": {"default": True},
            "basemap": {"default": False},
        },
        "sources": {layer.id: _source(layer, base_url, own.get("id", "")) for layer in layers},
        "layers": _in_colours([background, *(_placed(part, layer) for part, layer in drawn)], _colours(theme)),
    }


@cache
def _colours(theme: str) -> Json:
    """The colour that each colour of the day is in a theme; `tiles/tokens.json` has them all, and the viewer's too."""
    tokens: Json = json.loads((shipped("tiles") / "tokens.json").read_text(encoding="utf-8"))
    return {token["day"]: token[theme] for token in tokens["map"].values()}


def _in_colours(part: Any, colours: Json) -> Any:
    if isinstance(part, dict):
        return {name: _in_colours(value, colours) for name, value in part.items()}
    if isinstance(part, list):
        return [_in_colours(value, colours) for value in part]
    return colours.get(part, part) if isinstance(part, str) else part


def _told(layer: Layer) -> Json:
    """The names of a layer and its things, its legend and its page, for the viewer."""
    named = {key: layer.facts[key] for key in ("name", "thing") if key in layer.facts}
    figures = {"figures": layer.tilejson[f"{OWN}figures"]} if f"{OWN}figures" in layer.tilejson else {}
    return {**named, **figures, **layer.facts.get("viewer", {})}


def _placed(part: Json, layer: Layer) -> Json:
    head = {"id": part["id"], "type": part["type"], "source": layer.id, "source-layer": layer.id}
    return head | part


def _source(layer: Layer, base_url: str, network: str) -> Json:
    return {
        "type": "vector",
        "tiles": [_address([layer], base_url, network)],
        "minzoom": layer.tilejson["minzoom"],
        "maxzoom": layer.tilejson["maxzoom"],
        "attribution": _attribution([layer]),
    }


def _address(layers: Sequence[Layer], base_url: str, network: str) -> str:
    """The network is in the address of what it changes only, so that the rest is kept once for all networks."""
    asked = f"?network={network}" if network and any(layer.by_network for layer in layers) else ""
    return f"{base_url}/tiles/{','.join(layer.id for layer in layers)}/{{z}}/{{x}}/{{y}}.mvt{asked}"


def _attribution(layers: Sequence[Layer]) -> str:
    return " · ".join(dict.fromkeys(layer.tilejson["attribution"] for layer in layers if layer.tilejson["attribution"]))
