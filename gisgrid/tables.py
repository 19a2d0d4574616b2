"""The tables that Python writes to or filters, as GeoAlchemy2 sees them.

The SQL files are the source; a test compares every column here with the real one.
"""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, DateTime, Double, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    schema, _, table = name.partition(".")
    return Table(table, metadata, *columns, schema=schema)


def _geometry(name: str, kind: str, srid: int = 4326) -> Column[Any]:
    return Column(name, Geometry(kind, srid=srid, spatial_index=False))


draft_area = _table(
    "draft.area",
    Column("draft_area_id", BigInteger, primary_key=True),
    Column("changeset_id", BigInteger),
    Column("code", Text),
    Column("name", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("parent_code", Text),
    Column("base_version_id", BigInteger),
    _geometry("geom", "MULTIPOLYGON"),
)

area = _table(
    "core.area",
    Column("area_id", BigInteger, primary_key=True),
    Column("network", Text),
    Column("code", Text),
    Column("level", Text),
    Column("kind", Text),
)

area_version = _table(
    "core.area_version",
    Column("area_version_id", BigInteger, primary_key=True),
    Column("area_id", BigInteger),
    Column("network", Text),
    Column("code", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("name", Text),
    Column("parent_id", BigInteger),
    Column("path", ARRAY(BigInteger)),
    _geometry("geom", "MULTIPOLYGON"),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("recorded_from", DateTime(timezone=True)),
    Column("recorded_to", DateTime(timezone=True)),
)

ticket = _table(
    "work.ticket",
    Column("ticket_id", BigInteger, primary_key=True),
    Column("number", Text),
    Column("network", Text),
    Column("category", Text),
    Column("workflow", Text),
    Column("step", Text),
    Column("source", Text),
    Column("area_version_id", BigInteger),
    Column("area_id", BigInteger),
    Column("path", ARRAY(BigInteger)),
    Column("method", Text),
    Column("confidence", Double),
    _geometry("geom", "POINT"),
    Column("reported_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
)

ticket_private = _table(
    "work.ticket_private",
    Column("ticket_id", BigInteger, primary_key=True),
    Column("path", ARRAY(BigInteger)),
    Column("department", Text),
    Column("description", Text),
    Column("contact_name", Text),
    Column("contact_phone", Text),
    Column("lon", Double),
    Column("lat", Double),
    Column("system", Text),
    Column("accuracy_m", Double),
    _geometry("geom", "POINT"),
    Column("named_area_id", BigInteger),
    Column("device_id", BigInteger),
    Column("post_id", BigInteger),
    Column("external_id", Text),
)

category = _table(
    "work.category",
    Column("category", Text, primary_key=True),
    Column("parent", Text),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("workflow", Text),
    Column("due_hours", Integer),
    Column("public_place", Text),
)
