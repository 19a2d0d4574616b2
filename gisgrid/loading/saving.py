"""Rows on their way into the database: dataclasses as the JSON that `jsonb_to_recordset` takes."""

import json
from collections.abc import Iterable

from gisgrid.instants import write_instant


def as_records(rows: Iterable[object]) -> str:
    """These dataclasses as a JSON array of objects, one a row, by the names of their fields."""
    return json.dumps([vars(row) for row in rows], default=write_instant)
