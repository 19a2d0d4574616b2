"""Things at a point (cameras, places, devices ...), loaded from files as their layer's folder says."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.instants import write_instant
from gisgrid.layers import Layer
from gisgrid.loading import (
    Loaded,
    ReadOptions,
    Sheet,
    Table,
    district_extent,
    point_columns,
    read_points,
    read_table,
    take_turn,
)
from gisgrid.loading import Row as TableRow

NETWORK = "base"
"""The network whose areas things belong to."""
LOAD_TIMEOUT_S = 600
Thing = dict[str, Any]
"""A row of a layer's table by column names; geometries as EWKT."""
Check = Callable[[Connection, Table], None]
"""Records faults of the table beyond single cells; may correct the rows' values."""
Derive = Callable[[TableRow], Thing]
"""Columns of the table that the file does not have."""


def load_things(
    database: Database,
    layer: Layer,
    source: Path | Sheet,
    options: ReadOptions | None = None,
    *,
    check: Check = lambda _connection, _table: None,
    derive: Derive = lambda _row: {},
) -> Loaded:
    """Load a layer's things; a thing with a known code is changed, or skipped if nothing differs.

    Raises Refused with every fault; then nothing has changed.
    """
    options, load = options or ReadOptions(), layer.load
    assert load is not None, f"tiles/{layer.id}/layer.toml has no [load]"  # noqa: S101
    columns = [replace(one, read=options.instant) if one.name in load.instants else one for one in load.columns]
    table = read_table(source, (*columns, *point_columns(required=True)), options)
    with database.transaction(EVERYTHING, timeout_s=LOAD_TIMEOUT_S) as connection:
        take_turn(connection)
        read_points(table, options, district_extent(connection, NETWORK))
        table.refuse_repeats("this code", ("code",))
        check(connection, table)
        table.refuse_faults()
        names = [column.name for column in load.columns]
        counts = save_things(connection, layer, (_thing(row, names) | derive(row) for row in table.rows))
        notes = (f"{counts.outside} lie outside every grid",) if counts.outside else ()
        return table.result(counts.saved - counts.changed, counts.changed, len(table.rows) - counts.saved, notes)


def save_things(connection: Connection, layer: Layer, things: Iterable[Thing]) -> Row[Any]:
    """Write things, all with the same columns, each on the area that holds it. Counts: saved, changed, outside."""
    given = list(things)
    return connection.execute(
        text("SELECT * FROM app.save_things(:layer, :columns, CAST(:things AS jsonb), :network)"),
        {
            "layer": layer.id,
            "columns": sorted(given[0]) if given else ["code"],
            "things": json.dumps(given),
            "network": NETWORK,
        },
    ).one()


def _thing(row: TableRow, names: list[str]) -> Thing:
    point = row["point"]
    return {name: _plain(row[name]) for name in names} | {"geom": f"SRID=4326;POINT({point.lon!r} {point.lat!r})"}


def _plain(value: Any) -> Any:
    return write_instant(value) if isinstance(value, datetime) else value
