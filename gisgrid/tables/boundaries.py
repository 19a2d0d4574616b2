"""Areas, their versions, lineage and drafts, as GeoAlchemy2 sees them."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gisgrid.tables.mapping import INSTANT, geometry, rows_of, table

network = table(
    "core.network",
    Column("network", Text, primary_key=True),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("scheme", Text),
)

level = table("core.level", Column("level", Text, primary_key=True), Column("rank", SmallInteger))

area = table(
    "core.area",
    Column("area_id", BigInteger, primary_key=True),
    Column("network", Text),
    Column("code", Text),
    Column("level", Text),
    Column("kind", Text),
)

_VERSION: tuple[Column[Any], ...] = (
    Column("area_version_id", BigInteger, primary_key=True),
    Column("area_id", BigInteger),
    Column("network", Text),
    Column("code", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("name", Text),
    Column("parent_id", BigInteger),
    Column("path", ARRAY(BigInteger)),
    geometry("geom", "MULTIPOLYGON"),
    Column("area_m2", Double),
    Column("valid_from", INSTANT),
    Column("valid_to", INSTANT),
    Column("recorded_from", INSTANT),
    Column("recorded_to", INSTANT),
)
area_version = table("core.area_version", *_VERSION)
area_at = rows_of("app.area_at", *_VERSION)
"""The areas at an instant, as known at another (None: now, today)."""
last_version = rows_of("app.last_version", *_VERSION)
"""The last version of an area up to an instant (None: now), which also an area has that has ended."""

lineage = table(
    "core.lineage",
    Column("lineage_id", BigInteger, primary_key=True),
    Column("changeset_id", BigInteger),
    Column("network", Text),
    Column("from_area_id", BigInteger),
    Column("to_area_id", BigInteger),
    Column("kind", Text),
    Column("from_share", Double),
    Column("to_share", Double),
    Column("valid_from", INSTANT),
)

alias = table(
    "core.alias",
    Column("alias_id", BigInteger, primary_key=True),
    Column("network", Text),
    Column("alias", Text),
    Column("name", Text),
    Column("area_id", BigInteger),
    Column("share", Double),
    Column("valid_from", INSTANT),
    Column("valid_to", INSTANT),
)

changeset = table(
    "draft.changeset",
    Column("changeset_id", BigInteger, primary_key=True),
    Column("area_code", Text),
    Column("together_with", ARRAY(Text)),
    Column("network", Text),
    Column("title", Text),
    Column("status", Text),
    Column("valid_from", INSTANT),
    Column("policy", Text),
    Column("ground", Text),
    Column("undoes", BigInteger),
    Column("opened_by", Text),
    Column("published_by", Text),
    Column("opened_at", INSTANT),
    Column("published_at", INSTANT),
    Column("followed_at", INSTANT),
    Column("summary", JSONB),
)

draft_area = table(
    "draft.area",
    Column("draft_area_id", Integer, primary_key=True),
    Column("changeset_id", BigInteger),
    Column("code", Text),
    Column("name", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("parent_code", Text),
    Column("base_version_id", BigInteger),
    Column("is_changed", Boolean),
    geometry("geom", "GEOMETRY", -1),  # a multipolygon in 4326 by its checks
)

problem = table(
    "draft.problem",
    Column("problem_id", BigInteger, primary_key=True),
    Column("changeset_id", BigInteger),
    Column("severity", Text),
)
