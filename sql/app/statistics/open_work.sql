-- Long because the areas, their figures and what has no figure are one question of one snapshot.
CREATE FUNCTION app.open_work(z integer, box geometry, network text)
RETURNS TABLE (ticket_id bigint, geom geometry, due_at timestamptz, open integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
-- From the top down: an area gives way to those below it once they are 32 px large on average (at 35° north, as in
-- tile.area), or once it is larger itself than a tile, so that a tile depends on its neighbours and on no tile beyond
-- them. A grid larger than a tile has its tickets at their own places. A figure of one ticket is that ticket.
-- OFFSET 0: the outline of an area is read once, and not for each corner of its box.
DECLARE
    px_m constant float8 := 64116 / 2 ^ open_work.z;
    tile_m constant float8 := 40075016.68557849 / 2 ^ open_work.z;
BEGIN
    IF NOT app.has_levels(open_work.network) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH RECURSIVE node AS (
        SELECT v.area_id, v.path, v.level, v.label_point, c.gives_way, c.is_large
        FROM app.area_at(NULL) AS v
        CROSS JOIN LATERAL (
            SELECT v.level <> 'grid' AND (s.is_large OR v.area_m2 >= s.below * (32 * px_m) ^ 2) AS gives_way, s.is_large
            FROM (SELECT greatest(st_xmax(e.box) - st_xmin(e.box), st_ymax(e.box) - st_ymin(e.box)) > tile_m
                             AS is_large,
                         (SELECT greatest(count(*), 1) FROM app.area_at(NULL) AS b
                          WHERE b.parent_id = v.area_id AND v.level <> 'grid') AS below
                  FROM (SELECT box3d(v.geom_3857) AS box OFFSET 0) AS e OFFSET 0) AS s
        ) AS c
        WHERE v.network = open_work.network AND v.parent_id IS NULL AND v.level <> 'grid'
          AND v.geom_3857 && open_work.box
        UNION ALL
        SELECT v.area_id, v.path, v.level, v.label_point, c.gives_way, c.is_large
        FROM node AS n
        JOIN app.area_at(NULL) AS v ON v.parent_id = n.area_id
        CROSS JOIN LATERAL (
            SELECT v.level <> 'grid' AND (s.is_large OR v.area_m2 >= s.below * (32 * px_m) ^ 2) AS gives_way, s.is_large
            FROM (SELECT greatest(st_xmax(e.box) - st_xmin(e.box), st_ymax(e.box) - st_ymin(e.box)) > tile_m
                             AS is_large,
                         (SELECT greatest(count(*), 1) FROM app.area_at(NULL) AS b
                          WHERE b.parent_id = v.area_id AND v.level <> 'grid') AS below
                  FROM (SELECT box3d(v.geom_3857) AS box OFFSET 0) AS e OFFSET 0) AS s
        ) AS c
        WHERE n.gives_way AND v.geom_3857 && open_work.box
    ), changed AS MATERIALIZED (
        SELECT c.path[1:d.depth] AS path, sum(c.open) AS open
        FROM work.counter_change AS c CROSS JOIN LATERAL generate_series(1, cardinality(c.path)) AS d (depth)
        WHERE c.network = open_work.network GROUP BY c.path[1:d.depth]
    ), counted AS MATERIALIZED (
        SELECT n.area_id, n.path, n.level, n.label_point,
               (coalesce((SELECT k.open FROM work.counter AS k
                          WHERE k.path = n.path AND k.network = open_work.network), 0)
                + coalesce(c.open, 0))::integer AS open
        FROM node AS n LEFT JOIN changed AS c ON c.path = n.path
        WHERE NOT n.gives_way AND NOT n.is_large
    ), figure AS (
        SELECT f.ticket_id, CASE WHEN c.open = 1 THEN coalesce(f.geom_3857, l.geom) ELSE l.geom END AS geom,
               f.due_at, c.open
        FROM counted AS c
        CROSS JOIN LATERAL (SELECT st_transform(c.label_point, 3857) AS geom) AS l
        CROSS JOIN LATERAL (
            SELECT t.ticket_id, t.geom_3857, t.due_at
            FROM app.area_at(NULL) AS v
            CROSS JOIN LATERAL (
                SELECT o.ticket_id, o.geom_3857, o.due_at FROM work.ticket AS o
                WHERE o.area_id = v.area_id AND o.closed_at IS NULL AND o.network = open_work.network
                ORDER BY o.due_at, o.ticket_id LIMIT 1
            ) AS t
            WHERE v.path @> ARRAY[c.area_id]
            ORDER BY t.due_at, t.ticket_id LIMIT 1
        ) AS f
        WHERE c.open > 0
    ), alone AS (
        SELECT t.ticket_id, t.geom_3857 AS geom, t.due_at, 1 AS open
        FROM node AS n
        JOIN work.ticket AS t ON t.area_id = n.area_id AND t.closed_at IS NULL AND t.network = open_work.network
        WHERE n.is_large AND n.level = 'grid' AND t.geom_3857 && open_work.box
        UNION ALL  -- what lies in no grid, and in no area with a figure
        SELECT t.ticket_id, t.geom_3857, t.due_at, 1
        FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.area_version_id IS NULL AND t.network = open_work.network
          AND t.geom_3857 && open_work.box
          AND NOT t.path && ARRAY(SELECT n.area_id FROM node AS n WHERE NOT n.gives_way)
    )
    SELECT f.ticket_id, f.geom, f.due_at, f.open FROM figure AS f WHERE f.geom && open_work.box
    UNION ALL
    SELECT a.ticket_id, a.geom, a.due_at, a.open FROM alone AS a;
END $$;
COMMENT ON FUNCTION app.open_work(integer, geometry, text) IS
'Open tickets of a network on a map of this zoom: one row for each area that is large enough for a figure, at its label '
'point, with how many are open and the one due first. Box in EPSG:3857. No rows: the network has no areas above grids';
GRANT EXECUTE ON FUNCTION app.open_work(integer, geometry, text) TO gisgrid_service, gisgrid_viewer;
