"""Generated questions of people who should not learn the answer, and how to see that they did.

A thing of somebody's (a ticket, a camera, a person) is marked: the mark stands in every scoped text of it, and nowhere
else. Whoever gets to read a mark of what is not his has found a leak, whichever way it came. The questions come from
the OpenAPI document and the database's catalogue, so that what is built tomorrow is asked too.
"""

import io
import itertools
import json
import random
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gisgrid.geo import LonLat, tile_at
from tests.api.doors import Door, Request, Slot

Rows = Iterable[tuple[str, bytes]]
READING = "get"
PREFIX = "QZX"
"""How every mark begins: to search for, as a whole mark would come back in what a door says of its argument."""


@dataclass(frozen=True)
class Thing:
    """Something scoped: its marks, the code of the area that it lies in, the department that has it, if any; is it
    a thing on the map, which who draws sees too?
    """

    marks: tuple[str, ...]
    code: str
    department: str = ""
    number: str = ""
    is_on_map: bool = False


@dataclass(frozen=True)
class Pools:
    """Values to ask with, by the name of a parameter; whatever has no pool is asked with what its schema allows."""

    by_name: Mapping[str, list[Any]]
    spots: list[tuple[float, float]]
    hidden: list[str]

    def pick(self, chance: random.Random, slot: Slot, schema: Mapping[str, Any]) -> Any:
        """A value for this place."""
        if slot.name in self.by_name:
            return chance.choice(self.by_name[slot.name])
        if "enum" in schema:
            return chance.choice(schema["enum"])
        match schema.get("type"):
            case "integer":
                return chance.randint(int(schema.get("minimum", 1)), int(min(schema.get("maximum", 60), 1000)))
            case "number":
                return chance.choice([0, 1, 50])
            case "boolean":
                return chance.choice([True, False])
        return chance.choice(["", "1", PREFIX, *self.by_name["number"]])


def ask_doors(
    client: TestClient, doors: list[Door], pools: Pools, chance: random.Random, foreign: list[str], count: int
) -> Iterator[tuple[str, bytes]]:
    """Ask doors in turn, everything that may be said with even odds; what was asked, and all that came back.

    Only tickets of others (`foreign`) are acted on: the own ones are to stay whose they are.
    """
    for door in itertools.islice(_in_turn(doors, chance), count):
        put = _filled(door, pools, chance)
        if door.method != READING:
            put |= {slot: chance.choice(foreign) for slot in door.slots() if slot.name == "number"}
        known = {slot.name: value for slot, value in put.items() if slot.where == "body"}
        request = door.request(known, {slot: value for slot, value in put.items() if slot.where != "body"})
        yield f"{door.label} as {request.url}", read(client, request)


def _in_turn(things: Sequence[Any], chance: random.Random) -> Iterator[Any]:
    """All of them again and again, so that none is left out by chance."""
    return itertools.cycle(chance.sample(things, len(things)))


def _filled(door: Door, pools: Pools, chance: random.Random) -> dict[Slot, Any]:
    put = {
        slot: pools.pick(chance, slot, door.resolve(slot.schema)) for slot in door.slots() if _is_asked(slot, chance)
    }
    lon, lat = chance.choice(pools.spots)
    tile = tile_at(LonLat(lon, lat), chance.randint(9, 17))
    place = {"lon": lon, "lat": lat, "z": tile.z, "x": tile.x, "y": tile.y}
    return {slot: place.get(slot.name, value) for slot, value in put.items()}


def _is_asked(slot: Slot, chance: random.Random) -> bool:
    return slot.where == "path" or slot.name in ("lon", "lat", "system", "category") or chance.random() < 0.5


def read(client: TestClient, request: Request) -> bytes:
    """Everything that an answer says: its headers and body, what is packed or encoded in it unpacked too."""
    answer = client.request(
        request.method, request.url, content=request.body, headers=dict(request.headers), follow_redirects=False
    )
    told = [str(answer.headers).encode(), answer.content]
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            told += [packed.read(name) for name in packed.namelist()]
    if "mapbox-vector-tile" in answer.headers.get("content-type", ""):
        told.append(json.dumps(mapbox_vector_tile.decode(answer.content), ensure_ascii=False).encode())
    elif answer.content and "json" in answer.headers.get("content-type", ""):
        told.append(json.dumps(answer.json(), ensure_ascii=False).encode())
    return b"\n".join(told)


def leaks(answers: Rows, hidden: Iterable[Thing]) -> tuple[int, list[str]]:
    """How many questions were asked, and those whose answer tells a mark of what is hidden."""
    marks = [mark.encode() for thing in hidden for mark in thing.marks]
    asked, found = 0, []
    for what, told in answers:
        asked += 1
        if any(mark in told for mark in marks):
            found.append(what)
    return asked, found


RELATIONS = """
SELECT format('%I.%I', n.nspname, c.relname) AS name, ARRAY(
    SELECT quote_ident(a.attname) FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(current_user, c.oid, a.attnum, 'select')) AS columns
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('core', 'draft', 'work', 'overlay', 'app', 'tile', 'public') AND c.relkind IN ('r', 'v', 'm', 'p')
  AND has_schema_privilege(current_user, n.oid, 'usage') AND has_any_column_privilege(current_user, c.oid, 'select')
ORDER BY 1
"""
FUNCTIONS = """
SELECT format('%I.%I', n.nspname, p.proname) AS name, p.prorettype::regtype::text AS returns,
       ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY AS u (t, i) ORDER BY i) AS arguments
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('core', 'draft', 'work', 'overlay', 'app', 'tile') AND p.prokind = 'f'
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND has_schema_privilege(current_user, n.oid, 'usage') AND has_function_privilege(current_user, p.oid, 'execute')
ORDER BY 1, 3
"""
QUESTIONS = (
    "SELECT t::text FROM {rows} AS t",
    "SELECT t::text FROM {rows} AS t ORDER BY t::text DESC LIMIT 50",
    "SELECT 'found ' || {mark} FROM {rows} AS t WHERE t::text LIKE '%' || {mark} || '%'",
    "SELECT 1 / CASE WHEN t::text LIKE '%' || {mark} || '%' THEN 0 ELSE 1 END FROM {rows} AS t",
    "SELECT (t::text)::integer FROM {rows} AS t WHERE t::text LIKE '%' || {mark} || '%'",
    "SELECT jsonb_agg(to_jsonb(t)) FROM {rows} AS t",
    "SELECT t::text FROM (SELECT row_number() OVER () AS n, * FROM {rows}) AS t WHERE n % 2 = 1",
    "SELECT query_to_xml('SELECT * FROM {name}', true, true, '')::text",
    "SELECT s::text FROM pg_stats AS s WHERE format('%I.%I', s.schemaname, s.tablename) = '{name}'",
    "SELECT t::text FROM {rows} AS t, work.ticket AS k WHERE t::text LIKE '%' || k.ticket_id || '%'",
)
CLAIMS = (
    "SELECT 1",
    "SET LOCAL gisgrid.scope = '{0}'",
    "SET LOCAL gisgrid.private = '{0}'",
    "SET LOCAL gisgrid.department = '城管'",
    "SET LOCAL row_security = off",
    "SET LOCAL ROLE gisgrid_service",
    "SET LOCAL search_path = pg_temp, public",
)
"""What a login may try first; the service says its scope itself, so it is not asked these."""


def ask_database(
    connection: Connection, pools: Pools, chance: random.Random, count: int, claims: tuple[str, ...] = CLAIMS[:1]
) -> Iterator[tuple[str, bytes]]:
    """Ask every relation and function that the current role may use in turn, at random; errors are answers too.

    Each in a savepoint that is rolled back.
    """
    relations = _in_turn(connection.execute(text(RELATIONS)).all(), chance)
    functions = _in_turn(connection.execute(text(FUNCTIONS)).all(), chance)
    for number in range(count):
        mark = f"'{chance.choice(pools.hidden)}'"
        if number % 3 == 2:
            function = next(functions)
            arguments = ", ".join(_argument(kind, pools, chance) for kind in function.arguments)
            sql = f"SELECT f::text FROM {function.name}({arguments}) AS f LIMIT 200"
            if function.returns == "void":
                sql = f"SELECT {function.name}({arguments})::text"
        else:
            relation = next(relations)
            rows = f"(SELECT {', '.join(relation.columns)} FROM {relation.name})"
            question = chance.choice(QUESTIONS)
            sql = question.replace("{rows}", rows).replace("{mark}", mark).replace("{name}", relation.name)
        yield sql, answer_of(connection, sql, chance.choice(claims))


def answer_of(connection: Connection, sql: str, claim: str) -> bytes:
    """All that the database says to this, and to nothing else; the question itself, which holds a mark, is left out."""
    savepoint = connection.begin_nested()
    try:
        with connection.begin_nested():
            _run(connection, claim)
    except DBAPIError:
        pass  # refused, which is as well
    try:
        told = "\n".join(str(row) for row in _run(connection, sql))
    except DBAPIError as error:
        diagnosis = getattr(error.orig, "diag", None)
        primary, detail = getattr(diagnosis, "message_primary", ""), getattr(diagnosis, "message_detail", "")
        told = f"{primary} {detail}".replace(sql, "")
        if "division by zero" in told:
            told += " ".join(part for part in sql.split("'"))  # the row is there: as good as told
    finally:
        savepoint.rollback()
    return told.encode()


def _run(connection: Connection, sql: str) -> list[Any]:
    result = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    return list(result.fetchall()) if result.returns_rows else []


def _argument(kind: str, pools: Pools, chance: random.Random) -> str:
    """A value of this type for a function."""
    number, code = (f"'{chance.choice(pools.by_name[name])}'" for name in ("number", "code"))
    box = "ST_MakeEnvelope(113, 27, 115, 29, 4326)"
    kinds = {
        "bigint": ["0", "1", "2", str(chance.randint(1, 60))],
        "integer": ["0", "1", "14", str(chance.randint(1, 60))],
        "text": ["'base'", "''", f"'{PREFIX}'", number, code],
        "timestamp with time zone": ["now()", "'2026-01-01'", "NULL"],
        "geometry": [box, f"ST_Transform({box}, 3857)", f"ST_Centroid({box})"],
        "jsonb": ["'{}'", '\'{"network": "base"}\''],
        "interval": ["'1 day'", "'100 years'"],
        "boolean": ["true", "false"],
        "double precision": ["0", "113.85", "27.64"],
        "bigint[]": ["'{0}'", "'{1,2,3}'"],
        "text[]": [f"ARRAY[{number}]", "'{}'"],
    }
    return f"{chance.choice(kinds.get(kind, ['NULL']))}::{kind}"
