-- Long because it is one union: cells, kept squares, squares of a date, the track of a worker.
CREATE FUNCTION tile.patrol(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (feature_id bigint, geom geometry, seen_at bigint, worker text, from_at bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- From zoom 15 on the H3 cells themselves. The id leaves out the bits that all cells of resolution 11 share:
-- what is left fits a JavaScript number.
SELECT
    (p.cell >> 12) & 1099511627775 AS feature_id,
    p.geom_3857 AS geom,
    extract(EPOCH FROM p.seen_at)::bigint AS seen_at,
    NULL::text AS worker,
    NULL::bigint AS from_at
FROM overlay.patrol_cell AS p
WHERE patrol.z >= 15 AND p.geom_3857 && patrol.box AND p.seen_at <= coalesce(patrol.at, 'infinity')
UNION ALL
-- Below, squares of 16 px with the latest visit to any cell whose south-west corner lies in them, counted whole: the
-- present from squares that are kept by area for zooms 14, 13, 12 and 10.
SELECT
    2199023255552 + (g.x + 262144)::bigint * 524288 + g.y + 262144 AS feature_id,
    st_makeenvelope(g.x * g.side_m, g.y * g.side_m, (g.x + 1) * g.side_m, (g.y + 1) * g.side_m, 3857) AS geom,
    g.seen_at,
    NULL::text AS worker,
    NULL::bigint AS from_at
FROM (
    SELECT
        floor(b.x / k.bins)::integer AS x,
        floor(b.y / k.bins)::integer AS y,
        k.side_m,
        extract(EPOCH FROM max(b.seen_at))::bigint AS seen_at
    FROM (
        SELECT
            40075016.68557849 / 2 ^ patrol.z / 32 AS side_m,
            2 ^ (s.zoom - patrol.z) AS bins,
            s.zoom
        FROM (
            SELECT CASE WHEN patrol.z > 12 THEN least(patrol.z, 14) WHEN patrol.z > 10 THEN 12 ELSE 10 END AS zoom
        ) AS s
    ) AS k
    CROSS JOIN LATERAL (
        SELECT
            (floor(st_xmin(patrol.box) / k.side_m) * k.bins)::integer AS first_x,
            (ceil(st_xmax(patrol.box) / k.side_m) * k.bins)::integer - 1 AS last_x,
            (floor(st_ymin(patrol.box) / k.side_m) * k.bins)::integer AS first_y,
            (ceil(st_ymax(patrol.box) / k.side_m) * k.bins)::integer - 1 AS last_y
    ) AS r
    CROSS JOIN LATERAL (
        SELECT
            o.x,
            o.y,
            o.seen_at
        FROM overlay.patrol_bin AS o
        WHERE
            o.zoom = k.zoom AND o.x BETWEEN r.first_x AND r.last_x AND o.y BETWEEN r.first_y AND r.last_y
        UNION ALL
        SELECT
            n.x >> (14 - k.zoom),
            n.y >> (14 - k.zoom),
            n.seen_at
        FROM overlay.patrol_bin_change AS n
        WHERE
            n.x >> (14 - k.zoom) BETWEEN r.first_x AND r.last_x AND n.y >> (14 - k.zoom) BETWEEN r.first_y AND r.last_y
            AND n.seen_at IS NOT NULL
    ) AS b
    WHERE patrol.z < 15 AND patrol.at IS NULL
    GROUP BY floor(b.x / k.bins), floor(b.y / k.bins), k.side_m
) AS g
UNION ALL
SELECT
    min((p.cell >> 12) & 1099511627775) AS feature_id,
    st_makeenvelope(
        floor(st_xmin(p.geom_3857) / s.side_m) * s.side_m,
        floor(st_ymin(p.geom_3857) / s.side_m) * s.side_m,
        (floor(st_xmin(p.geom_3857) / s.side_m) + 1) * s.side_m,
        (floor(st_ymin(p.geom_3857) / s.side_m) + 1) * s.side_m,
        3857
    ) AS geom,
    extract(EPOCH FROM max(p.seen_at))::bigint AS seen_at,
    NULL::text AS worker,
    NULL::bigint AS from_at
FROM (SELECT 40075016.68557849 / 2 ^ patrol.z / 32 AS side_m) AS s
CROSS JOIN overlay.patrol_cell AS p
WHERE
    patrol.z < 15 AND patrol.at IS NOT NULL
    AND p.geom_3857 && st_makeenvelope(
        floor(st_xmin(patrol.box) / s.side_m) * s.side_m,
        floor(st_ymin(patrol.box) / s.side_m) * s.side_m,
        ceil(st_xmax(patrol.box) / s.side_m) * s.side_m,
        ceil(st_ymax(patrol.box) / s.side_m) * s.side_m,
        3857
    )
    AND p.seen_at <= patrol.at
GROUP BY
    floor(st_xmin(p.geom_3857) / s.side_m),
    floor(st_ymin(p.geom_3857) / s.side_m),
    s.side_m
UNION ALL
-- The track of one worker in a time, where the arguments name them: a line a segment, broken where pings break off.
SELECT
    4398046511104 + extract(EPOCH FROM l.from_at)::bigint AS feature_id,
    st_transform(st_simplify(l.line, 360 / 2 ^ patrol.z / 1024, true), 3857) AS geom,
    extract(EPOCH FROM l.seen_at)::bigint AS seen_at,
    patrol.args ->> 'worker' AS worker,
    extract(EPOCH FROM l.from_at)::bigint AS from_at
FROM (
    -- Of each ping as little as can be, in one pass: a second window to number the segments took a third of the tile.
    SELECT
        st_makeline(a.points[u.first:e.last]) AS line,
        a.ats[u.first] AS from_at,
        a.ats[e.last] AS seen_at
    FROM (
        SELECT
            array_agg(q.geom) AS points,
            array_agg(q.at) AS ats,
            array_agg(q.n) FILTER (WHERE q.breaks) AS firsts
        FROM (
            SELECT
                p.at,
                p.geom,
                (row_number() OVER walked)::integer AS n,
                p.is_start OR coalesce(p.at - lag(p.at) OVER walked > interval '120 s', true) AS breaks
            FROM overlay.ping AS p
            WHERE
                patrol.args ? 'worker'
                AND p.worker = patrol.args ->> 'worker' AND p.at >= (patrol.args ->> 'from')::timestamptz
                AND p.at < (patrol.args ->> 'to')::timestamptz AND p.doubt IS NULL
            WINDOW walked AS (ORDER BY p.at)
            ORDER BY p.at  -- the arrays are of this order
        ) AS q
    ) AS a
    CROSS JOIN LATERAL unnest(a.firsts) WITH ORDINALITY AS u (first, i)
    CROSS JOIN LATERAL (SELECT coalesce(a.firsts[u.i + 1] - 1, cardinality(a.ats)) AS last) AS e
    WHERE e.last > u.first
) AS l
WHERE l.line && st_transform(patrol.box, 4326);
END;
COMMENT ON FUNCTION tile.patrol(integer, geometry, timestamptz, jsonb) IS
'Cells in scope that a patrol was in, with the last instant seen; the track of a worker (args: worker, from, to); '
'box in EPSG:3857, already widened by the buffer; at = leave out what was seen later';
GRANT EXECUTE ON FUNCTION tile.patrol(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
