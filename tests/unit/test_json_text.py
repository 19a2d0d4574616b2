"""JSON that others wrote: it is read or refused in words, and nothing stops."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.assignment.reading import open_point_file
from gisgrid.errors import GisgridError
from gisgrid.json_text import finite, read_json
from gisgrid.notices.outcome import Undelivered
from gisgrid.notices.robots import _read_code
from gisgrid.patrol.owntracks import read_message

DEEP = b"[" * 100_000
LONG = b'{"_type": "location", "errcode": ' + b"1" * 400 + b', "lat": ' + b"1" * 400 + b', "tst": 1}'
LONGER = b'{"errcode": ' + b"1" * 5000 + b"}"
ENDLESS = b'{"_type": "location", "errcode": 1e400, "lat": 1e400, "tst": -1e400}'
HOSTILE = [DEEP, LONG, LONGER, ENDLESS, b"\xff\xfe", b"", b"\xed\xa0\x80"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def feature_collections() -> st.SearchStrategy[Any]:
    """Documents that are nearly GeoJSON, with anything where something else belongs."""
    feature = st.fixed_dictionaries({}, optional={"properties": VALUES, "geometry": VALUES, "type": VALUES})
    return st.fixed_dictionaries({"features": st.lists(feature | VALUES, max_size=3)}, optional={"crs": VALUES})


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_json_is_read_or_refused_by_one_kind_of_error(text: bytes) -> None:
    try:
        read_json(text)
    except ValueError as error:
        assert "sys." not in str(error)


@given(VALUES)
def test_a_number_is_a_float_or_none(value: Any) -> None:
    number = finite(value)
    assert number is None or number == value or abs(number - value) <= abs(value) * 2**-53


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_message_that_cannot_be_read_is_a_ping_of_nowhere(text: bytes) -> None:
    ping = read_message(1, 1, "owntracks/wang/phone", text).ping
    assert ping is not None and ping.lat is None


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()), st.text(max_size=20))
def test_no_message_stops_the_line_to_the_broker(body: bytes, topic: str) -> None:
    assert read_message(1, 1, topic, body).number == 1


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_robot_that_answers_nonsense_has_not_taken_the_notice(text: bytes) -> None:
    with pytest.raises(Undelivered):
        _read_code(text)


@given(feature_collections())
def test_a_file_that_is_nearly_geojson_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, given: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "near.geojson"
    path.write_text(json.dumps(given), encoding="utf-8")
    _open(path)


def test_a_file_of_lists_in_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    path.write_bytes(b'{"type":"FeatureCollection","features":' + DEEP)
    with pytest.raises(GisgridError, match="too deep"), open_point_file(path):
        pass


@given(VALUES | st.fixed_dictionaries({"primary_column": VALUES, "columns": VALUES}))
def test_a_parquet_file_with_any_geo_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, given: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    table = pa.table({"lon": [113.8], "lat": [27.6]}).replace_schema_metadata({"geo": json.dumps(given)})
    parquet.write_table(table, path)
    _open(path)


def _open(path: Path) -> None:
    try:
        with open_point_file(path) as file:
            for _ in file.rows:
                pass
    except GisgridError:
        pass
