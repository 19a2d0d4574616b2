"""The levels of areas are rows of core.level; the lists that cannot ask a database agree with them."""

import tomllib

from sqlalchemy import Connection, text

from gisgrid.codes import LEVELS
from gisgrid.settings import shipped


def test_python_has_the_levels_that_the_database_has(db: Connection) -> None:
    assert tuple(db.execute(text("SELECT level FROM core.level ORDER BY rank")).scalars()) == LEVELS


def test_the_qgis_project_calls_them_as_the_database_does(db: Connection) -> None:
    fields = tomllib.loads((shipped("sql") / "qgis" / "layers.toml").read_text(encoding="utf-8"))["fields"]
    rows = db.execute(text("SELECT level, name_zh, name_en FROM core.level ORDER BY rank")).all()
    told = {value: words for words, value in fields["live"]["level"]["values"]}
    assert list(told) == [row.level for row in rows]
    for row in rows:
        assert told[row.level].endswith(row.name_en)
