"""Tickets and what they are about, as GeoAlchemy2 sees them."""

from sqlalchemy import BigInteger, Column, DateTime, Double, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.tables.mapping import geometry, table

ticket = table(
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
    geometry("geom", "POINT"),
    Column("reported_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
)

ticket_private = table(
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
    geometry("geom", "POINT"),
    Column("named_area_id", BigInteger),
    Column("device_id", BigInteger),
    Column("post_id", BigInteger),
    Column("external_id", Text),
)

category = table(
    "work.category",
    Column("category", Text, primary_key=True),
    Column("parent", Text),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("workflow", Text),
    Column("due_hours", Integer),
    Column("public_place", Text),
)
