CREATE FUNCTION app.wrong_overlay_bin()
RETURNS TABLE (network text, area_id bigint, counter text, kept bigint, counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- What is appended and not added up yet counts as kept. Squares that are due to be counted again are left out: readers
-- count these themselves, or, of patrols, show the later instant until then.
WITH camera AS (
    SELECT
        floor(st_x(c.geom_3857) / (40075016.68557849 / 65536))::integer AS x,
        floor(st_y(c.geom_3857) / (40075016.68557849 / 65536))::integer AS y,
        c.path,
        0 AS kept,
        1 AS counted,
        (st_x(c.geom_3857) * 100)::bigint AS sum_x,
        (st_y(c.geom_3857) * 100)::bigint AS sum_y,
        c.camera_id AS sum_id
    FROM overlay.camera AS c
    UNION ALL
    SELECT b.x, b.y, b.path, b.cameras, 0, -b.sum_x_cm, -b.sum_y_cm, -b.sum_id FROM overlay.camera_bin AS b
    UNION ALL
    SELECT b.x, b.y, b.path, b.cameras, 0, -b.sum_x_cm, -b.sum_y_cm, -b.sum_id FROM overlay.camera_bin_change AS b
),

patrol AS (
    SELECT
        z.zoom,
        floor(st_xmin(c.geom_3857) / z.side_m)::integer AS x,
        floor(st_ymin(c.geom_3857) / z.side_m)::integer AS y,
        c.path,
        NULL::timestamptz AS kept,
        c.seen_at AS counted
    FROM overlay.patrol_cell AS c
    CROSS JOIN LATERAL (
        SELECT
            k.zoom,
            40075016.68557849 / 2 ^ k.zoom / 32 AS side_m
        FROM unnest('{10,12,13,14}'::integer []) AS k (zoom)
    ) AS z
    UNION ALL
    SELECT b.zoom, b.x, b.y, b.path, b.seen_at, NULL FROM overlay.patrol_bin AS b
    UNION ALL
    SELECT z.zoom, b.x >> (14 - z.zoom), b.y >> (14 - z.zoom), b.path, b.seen_at, NULL
    FROM overlay.patrol_bin_change AS b CROSS JOIN unnest('{10,12,13,14}'::integer []) AS z (zoom)
    WHERE b.seen_at IS NOT NULL
),

patrol_due AS (
    SELECT DISTINCT z.zoom, b.x >> (14 - z.zoom) AS x, b.y >> (14 - z.zoom) AS y
    FROM overlay.patrol_bin_change AS b CROSS JOIN unnest('{10,12,13,14}'::integer []) AS z (zoom)
    WHERE b.seen_at IS NULL
),

place AS (
    SELECT
        floor(p.x_m / (40075016.68557849 / 65536))::integer AS x,
        floor(p.y_m / (40075016.68557849 / 65536))::integer AS y,
        p.path,
        false AS is_kept,
        count(*) AS places,
        sum(p.x_m) AS sum_x,
        sum(p.y_m) AS sum_y,
        min(p.place_id) AS first_id,
        min(p.due_at) AS due_at
    FROM overlay.place AS p
    WHERE p.is_current
    GROUP BY x, y, p.path
    UNION ALL
    SELECT b.x, b.y, b.path, true, b.places, b.sum_x_m, b.sum_y_m, b.first_id, b.due_at FROM overlay.place_bin AS b
),

wrong AS (
    SELECT
        c.path,
        format('cameras, cell %s/%s of the map', c.x, c.y) AS counter,
        sum(c.kept) AS kept,
        sum(c.counted) AS counted
    FROM camera AS c
    GROUP BY c.x, c.y, c.path
    HAVING sum(c.kept) <> sum(c.counted) OR sum(c.sum_x) <> 0 OR sum(c.sum_y) <> 0 OR sum(c.sum_id) <> 0
    UNION ALL
    SELECT
        p.path,
        format('patrols, cell %s/%s/%s of the map: seconds since 1970', p.zoom, p.x, p.y),
        coalesce(extract(EPOCH FROM max(p.kept)), 0),
        coalesce(extract(EPOCH FROM max(p.counted)), 0)
    FROM patrol AS p LEFT JOIN patrol_due AS d ON p.zoom = d.zoom AND p.x = d.x AND p.y = d.y
    WHERE d.zoom IS NULL
    GROUP BY p.zoom, p.x, p.y, p.path
    HAVING max(p.kept) IS DISTINCT FROM max(p.counted)
    UNION ALL
    SELECT
        p.path,
        format('places, cell %s/%s of the map', p.x, p.y),
        coalesce(sum(p.places) FILTER (WHERE p.is_kept), 0),
        coalesce(sum(p.places) FILTER (WHERE NOT p.is_kept), 0)
    FROM place AS p
    WHERE NOT EXISTS (SELECT FROM overlay.place_bin_change AS n WHERE n.x = p.x AND n.y = p.y AND n.path = p.path)
    GROUP BY p.x, p.y, p.path
    HAVING
        count(*) <> 2 OR min(p.places) <> max(p.places) OR min(p.sum_x) <> max(p.sum_x) OR min(p.sum_y) <> max(p.sum_y)
        OR min(p.first_id) <> max(p.first_id) OR min(p.due_at) <> max(p.due_at) OR count(p.due_at) = 1
)

SELECT coalesce(a.network, 'base'), a.area_id, w.counter, w.kept::bigint, w.counted::bigint
FROM wrong AS w
LEFT JOIN core.area AS a ON w.path[cardinality(w.path)] = a.area_id;
END;
COMMENT ON FUNCTION app.wrong_overlay_bin() IS
'Which kept cells of cameras, patrols and places are not what a recount says, in number, place or time? area_id null: '
'outside every area. As many of both: one of the others differs';
