"""A file of a district's own days off and make-up working days."""

from pathlib import Path

from sqlalchemy import text

from gisgrid.calendars.keeping import Day, set_days
from gisgrid.database import EVERYTHING, Database
from gisgrid.loading import Column, Loaded, ReadOptions, Sheet, choice, day, read_table, take_turn

_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "上班": True, "放假": False,
           "是": True, "否": False, "休": False, "班": True}  # fmt: skip
HOLIDAY_COLUMNS = (
    Column("date", day, required=True, aliases=("日期",)),
    Column("working", choice(_YES_NO), required=True, aliases=("is_working", "上班", "是否上班")),
    Column("name", aliases=("名称", "节日")),
)


def load_holidays(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """A district's own days off and make-up days, which win over the library's. Raises Refused with every fault."""
    options = options or ReadOptions()
    table = read_table(source, HOLIDAY_COLUMNS, options)
    table.refuse_repeats("this day", ("date",))
    table.refuse_faults()
    days = [Day(r["date"], r["working"], None if r["working"] else r["name"] or "放假") for r in table.rows]
    with database.transaction(EVERYTHING) as connection:
        take_turn(connection)
        known = set(connection.execute(text("SELECT date FROM core.calendar_day WHERE source = 'local'")).scalars())
        written = set_days(connection, days, "local")
    changed = sum(at in known for at in written)
    return Loaded(len(written) - changed, changed, len(days) - len(written), table.notes)
