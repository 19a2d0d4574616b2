"""The tables and functions of statistics, as GeoAlchemy2 sees them."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Text
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.tables.mapping import rows_of, table

source = table(
    "work.source",
    Column("source", Text, primary_key=True),
    Column("name_zh", Text),
    Column("name_en", Text),
)

person = table("core.person", Column("person_id", BigInteger, primary_key=True), Column("name", Text))

post = table(
    "core.post",
    Column("post_id", BigInteger, primary_key=True),
    Column("area_id", BigInteger),
    Column("role", Text),
    Column("person_id", BigInteger),
)

_STATES = ("total", "done", "open", "today", "due_soon", "overdue", "unplaced")
counters = rows_of("app.counters", *(Column(state, BigInteger) for state in _STATES))
counters_then = rows_of("app.counters_then", *(Column(state, BigInteger) for state in _STATES))

statistics_by = rows_of(
    "app.statistics_by",
    Column("key", Text),
    Column("is_total", Boolean),
    *(
        Column(name, BigInteger)
        for name in ("received", "closed", "open", "overdue", "on_time", "solved_in_grid", "rated")
    ),
    *(
        Column(name, Double)
        for name in ("closing_rate", "on_time_rate", "solved_in_grid_rate", "hours_to_close", "rating")
    ),
)

area_records = rows_of(
    "app.area_records",
    Column("area_id", BigInteger),
    *(Column(name, Double) for name in ("received", "closed", "overdue", "on_time", "hours", "carried")),
    *(Column(name, Text) for name in ("code", "name", "kind")),
)

post_records = rows_of(
    "app.post_records",
    Column("person_id", BigInteger),
    Column("name", Text),
    Column("role", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("areas", ARRAY(Text)),
    *(Column(name, BigInteger) for name in ("received", "closed", "overdue", "on_time")),
    Column("hours", Double),
    Column("carried", BigInteger),
)
