"""A peer: the same rows as the service writes and reads, in ten lines of FastAPI a door, without grids or rules.

It writes to tables of the schema `peer` (`gisgrid.bench.peers`), made like the service's own with their indexes and
checks, and commits before it answers. A process of its own, `python -m gisgrid.bench.ten_lines PORT`, with the database
in GISGRID_SERVICE_URL.
"""

import os
import sys
from typing import Any

import psycopg2
import psycopg2.extras
import uvicorn
from fastapi import FastAPI, Response
from psycopg2.pool import ThreadedConnectionPool
from pydantic import BaseModel

from gisgrid.layers import Json

app = FastAPI()
pool: ThreadedConnectionPool


class Report(BaseModel):
    """What the service takes as well."""

    lon: float
    lat: float
    system: str
    category: str
    description: str
    accuracy_m: float


def run(sql: str, values: Any, *, many: bool = False) -> list[tuple[Any, ...]]:
    """One statement in a transaction of its own."""
    connection = pool.getconn()
    try:
        with connection, connection.cursor() as cursor:
            if many:
                psycopg2.extras.execute_values(cursor, sql, values, page_size=1000)
            else:
                cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        pool.putconn(connection)


@app.get("/healthz")
def health() -> dict[str, str]:
    """It runs."""
    return {"status": "ok"}


@app.get("/locate")
def locate(lon: float, lat: float) -> Json:
    """The grid of a point: the same query as the service's."""
    names = ("code", "name", "kind", "method", "confidence", "distance_to_edge_m", "candidates")
    return dict(zip(names, run(LOCATE, (lon, lat))[0], strict=True))


@app.post("/reports", status_code=201)
def create_report(report: Report) -> Json:
    """The four rows of a report, without a grid."""
    values = vars(report) | {"number": os.urandom(8).hex()}
    return {"number": run(FOUR_ROWS, values)[0][0]}


@app.post("/pings/{worker}")
def create_pings(worker: str, pings: list[Json]) -> dict[str, int]:
    """The rows of a batch, without grid or cell."""
    rows = [(worker, one["at"], one["lon"], one["lat"], one.get("accuracy_m")) for one in pings]
    run(PINGS, rows, many=True)
    return {"accepted": len(rows)}


@app.get("/tiles/{z}/{x}/{y}.mvt")
def tile(z: int, x: int, y: int) -> Response:
    """The grids of a tile, by ST_AsMVT alone."""
    body = run(TILE, {"z": z, "x": x, "y": y})[0][0]
    return Response(bytes(body), media_type="application/vnd.mapbox-vector-tile")


LOCATE = """
SELECT code, name, kind, method, confidence, distance_to_edge_m, candidates
FROM app.locate(ST_SetSRID(ST_MakePoint(%s, %s), 4326))
"""
FOUR_ROWS = """
WITH ticket AS (
    INSERT INTO peer.ticket (number, network, category, workflow, step, path, method, confidence, geom,
                             has_public_point, reported_at, received_at, due_at)
    VALUES (%(number)s, 'base', %(category)s, 'six_step', 'handle', '{0}', 'none', 0,
            ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), true, now(), now(), now() + interval '1 day')
    RETURNING ticket_id, number, geom
), private AS (
    INSERT INTO peer.ticket_private (ticket_id, path, description, lon, lat, system, accuracy_m, geom)
    SELECT ticket_id, '{0}', %(description)s, %(lon)s, %(lat)s, %(system)s, %(accuracy_m)s, geom FROM ticket
), event AS (
    INSERT INTO peer.event (ticket_id, path, at, action, to_step, detail)
    SELECT ticket_id, '{0}', now(), 'received', 'handle', '{"method": "none"}' FROM ticket
), outbox AS (
    INSERT INTO peer.outbox (ticket_id, topic, payload)
    SELECT ticket_id, 'ticket.received', jsonb_build_object('number', number) FROM ticket
)
SELECT number FROM ticket
"""
PINGS = """
INSERT INTO peer.ping (worker, at, geom, accuracy_m)
SELECT d.worker, d.at::timestamptz, ST_SetSRID(ST_MakePoint(d.lon, d.lat), 4326), d.accuracy_m::float8
FROM (VALUES %s) AS d(worker, at, lon, lat, accuracy_m) ON CONFLICT DO NOTHING
"""
TILE = """
SELECT ST_AsMVT(m, 'area', 4096, 'geom', 'id') FROM (
    SELECT id, code, name, level, kind, ST_AsMVTGeom(ST_Transform(geom, 3857), b.box, 4096, 64) AS geom
    FROM peer.area, (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
                            ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4326) AS wide) AS b
    WHERE geom && b.wide
) AS m
"""


def main() -> None:
    """Serve at the port that the command line names."""
    global pool
    url = os.environ["GISGRID_SERVICE_URL"].replace("postgresql+psycopg2", "postgresql")
    pool = ThreadedConnectionPool(8, 40, url)
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
