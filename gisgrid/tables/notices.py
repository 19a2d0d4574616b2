"""Targets of notices, deliveries, and the view of Open311, as GeoAlchemy2 sees them."""

from sqlalchemy import BigInteger, Column, Double, Integer, Text, Uuid

from gisgrid.tables.mapping import INSTANT, table

target = table("work.target", Column("target_id", BigInteger, primary_key=True), Column("name", Text))

outbox = table(
    "work.outbox",
    Column("outbox_id", BigInteger, primary_key=True),
    Column("notice_id", Uuid),
    Column("ticket_id", BigInteger),
    Column("topic", Text),
)

delivery = table(
    "work.delivery",
    Column("delivery_id", BigInteger, primary_key=True),
    Column("outbox_id", BigInteger),
    Column("target_id", BigInteger),
    Column("ticket_id", BigInteger),
    Column("since", INSTANT),
    Column("next_at", INSTANT),
    Column("attempts", Integer),
    Column("delivered_at", INSTANT),
    Column("parked_at", INSTANT),
    Column("said", Text),
)

service_request = table(
    "app.service_request",
    Column("ticket_id", BigInteger),
    Column("number", Text),
    Column("status", Text),
    Column("category", Text),
    Column("category_zh", Text),
    Column("step_zh", Text),
    Column("area_name", Text),
    Column("grid_code", Text),
    Column("lon", Double),
    Column("lat", Double),
    Column("received_at", INSTANT),
    Column("due_at", INSTANT),
    Column("closed_at", INSTANT),
)
