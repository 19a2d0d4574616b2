"""Places that a patrol passes are visited; of a linear place (a bank) the parts that it passes, and no others."""

import shapely
from sqlalchemy import Connection, text

from gisgrid.lattice import Floats

# A linear place (a bank) is visited part by part; a point has no parts.
_PLACES = text("""
SELECT p.place_id, NULL::integer AS part, ST_AsBinary(p.geom) AS shape FROM overlay.place AS p
WHERE coalesce(p.course, p.geom) && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), :around)
  AND p.course IS NULL
UNION ALL
SELECT q.place_id, q.part, ST_AsBinary(q.middle) FROM overlay.place_part AS q
WHERE q.middle && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), :around)
ORDER BY 1, 2
""")
# One after the other, so that the last of two who visit parts of one place sees the parts of both.
_TAKE_TURNS = text(
    "SELECT FROM overlay.place AS p WHERE p.place_id = ANY(:lines) ORDER BY p.place_id FOR NO KEY UPDATE"
)
# Row by row (OFFSET 0), by where the row is, which is locked: how long a list is the planner does not know.
_VISIT = text("""
UPDATE overlay.place AS p SET visited_at = v.at
FROM (
    SELECT x.spot, to_timestamp(max(g.at)) AS at
    FROM unnest(CAST(:places AS bigint[]), CAST(:parts AS integer[]), CAST(:ats AS float8[]), CAST(:lons AS float8[]),
                CAST(:lats AS float8[])) AS g (place_id, part, at, lon, lat)
    CROSS JOIN LATERAL (
        SELECT y.ctid AS spot FROM overlay.place AS y
        WHERE y.place_id = g.place_id AND (y.visited_at IS NULL OR y.visited_at < to_timestamp(g.at))
          AND ST_DWithin(y.geom::geography, ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326)::geography, :near) OFFSET 0
    ) AS x
    WHERE g.part IS NULL GROUP BY x.spot
) AS v
WHERE p.ctid = v.spot
""")
_VISIT_PARTS = text("""
UPDATE overlay.place_part AS p SET visited_at = v.at
FROM (
    SELECT x.spot, to_timestamp(max(g.at)) AS at
    FROM unnest(CAST(:places AS bigint[]), CAST(:parts AS integer[]), CAST(:ats AS float8[]), CAST(:lons AS float8[]),
                CAST(:lats AS float8[])) AS g (place_id, part, at, lon, lat)
    CROSS JOIN LATERAL (
        SELECT y.ctid AS spot FROM overlay.place_part AS y
        WHERE y.place_id = g.place_id AND y.part = g.part
          AND (y.visited_at IS NULL OR y.visited_at < to_timestamp(g.at))
          AND ST_DWithin(y.middle::geography, ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326)::geography, :near) OFFSET 0
    ) AS x
    GROUP BY x.spot
) AS v
WHERE p.ctid = v.spot
""")
_DATE_LINES = text(
    "UPDATE overlay.place AS p SET visited_at = app.oldest_visit(p.place_id) WHERE p.place_id = ANY(:lines)"
)


def visit(connection: Connection, steps: Floats, near_m: float, degree_m: tuple[float, float]) -> None:
    """Date the places, and the parts of linear ones, within `near_m` of these steps (instant, lon, lat).

    Only what lies about so near is asked of the database; `degree_m`: how long a degree is there, east and north.
    """
    (west, south), (east, north) = steps[:, 1:].min(axis=0), steps[:, 1:].max(axis=0)
    around = 1.1 * near_m / min(degree_m)
    box = {"west": west, "south": south, "east": east, "north": north, "around": around}
    places = connection.execute(_PLACES, {name: float(value) for name, value in box.items()}).all()
    tree = shapely.STRtree([shapely.from_wkb(bytes(place.shape)) for place in places])
    near, which = tree.query(shapely.points(steps[:, 1:]), predicate="dwithin", distance=around)
    if not len(near):
        return
    columns = dict(zip(("ats", "lons", "lats"), steps[near].T.tolist(), strict=True))
    passed = [places[i] for i in which]
    found = {"places": [one.place_id for one in passed], "parts": [one.part for one in passed]}
    values = {**found, **columns, "near": near_m}
    connection.execute(_TAKE_TURNS, {"lines": sorted({one.place_id for one in passed})})
    connection.execute(_VISIT, values)
    lines = {"lines": sorted({one.place_id for one in passed if one.part is not None})}
    if lines["lines"]:
        connection.execute(_VISIT_PARTS, values)
        connection.execute(_DATE_LINES, lines)
