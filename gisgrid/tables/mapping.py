"""The makers of mapped tables, of functions' rows and of geometry columns."""

from collections.abc import Callable
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column, ColumnElement, DateTime, MetaData, Table, TableValuedAlias, func

metadata = MetaData()
INSTANT = DateTime(timezone=True)
FORM: dict[str, tuple[Column[Any], ...]] = {}
"""The functions that queries read rows from, by name, with the columns of those rows."""


def table(name: str, *columns: Column[Any]) -> Table:
    """The table of this name with schema (`core.area`), with these of its columns."""
    schema, _, own = name.partition(".")
    return Table(own, metadata, *columns, schema=schema)


def geometry(name: str, kind: str, srid: int = 4326) -> Column[Any]:
    """A column of shapes; the SQL files make its index."""
    return Column(name, Geometry(kind, srid=srid, spatial_index=False))


def rows_of(name: str, *columns: Column[Any]) -> Callable[..., TableValuedAlias]:
    """The rows of the function of this name (`app.area_at`), to select from; called with its arguments."""
    FORM[name] = columns
    schema, _, own = name.partition(".")

    def called(*arguments: ColumnElement[Any] | object, alias: str) -> TableValuedAlias:
        found: TableValuedAlias = getattr(getattr(func, schema), own)(*arguments).table_valued(
            *(Column(column.name, column.type) for column in columns), name=alias
        )
        return found

    return called
