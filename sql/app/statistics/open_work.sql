-- Long because the areas, their figures and what has no figure are one question of one snapshot.
CREATE FUNCTION app.open_work(z integer, box geometry, network text)
RETURNS TABLE (ticket_id bigint, geom geometry, due_at timestamptz, open integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
-- From the top down: an area gives way to those below it (app.figure_area) once they are large enough, or once it is
-- larger itself than a tile. A grid larger than a tile has its tickets at their own places. A figure of one ticket is
-- that ticket. In which tiles the figure of an area can be, app.figure_boxes says, by the same rule.
BEGIN
    IF NOT app.has_levels(open_work.network) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH RECURSIVE node AS (
        SELECT v.area_id, v.path, v.label_point, v.is_grid, open_work.z > v.figure_until AS is_past
        FROM app.figure_area() AS v
        WHERE v.network = open_work.network AND v.parent_id IS NULL AND NOT v.is_grid
          AND v.geom_3857 && open_work.box
        UNION ALL
        SELECT v.area_id, v.path, v.label_point, v.is_grid, open_work.z > v.figure_until
        FROM node AS n
        CROSS JOIN LATERAL (SELECT a.* FROM app.figure_area() AS a WHERE a.parent_id = n.area_id OFFSET 0) AS v
        WHERE n.is_past AND NOT n.is_grid AND v.geom_3857 && open_work.box
    ), changed AS MATERIALIZED (
        SELECT c.path[1:d.depth] AS path, sum(c.open) AS open
        FROM work.counter_change AS c CROSS JOIN LATERAL generate_series(1, cardinality(c.path)) AS d (depth)
        WHERE c.network = open_work.network GROUP BY c.path[1:d.depth]
    ), counted AS MATERIALIZED (
        SELECT n.area_id, n.is_grid, n.label_point,
               (coalesce((SELECT k.open FROM work.counter AS k
                          WHERE k.path = n.path AND k.network = open_work.network), 0)
                + coalesce(c.open, 0))::integer AS open
        FROM node AS n LEFT JOIN changed AS c ON c.path = n.path
        WHERE NOT n.is_past
    ), within AS (
        SELECT c.area_id AS figure_id, c.area_id, c.is_grid FROM counted AS c WHERE c.open > 0
        UNION ALL
        SELECT w.figure_id, v.area_id, v.is_grid
        FROM within AS w
        CROSS JOIN LATERAL (
            SELECT a.area_id, a.level = 'grid' AS is_grid FROM app.area_at(NULL) AS a
            WHERE a.parent_id = w.area_id OFFSET 0
        ) AS v
        WHERE NOT w.is_grid
    ), first AS (
        SELECT DISTINCT ON (w.figure_id) w.figure_id, t.ticket_id, t.geom_3857, t.due_at
        FROM within AS w
        CROSS JOIN LATERAL (
            SELECT o.ticket_id, o.geom_3857, o.due_at FROM work.ticket AS o
            WHERE o.area_id = w.area_id AND o.closed_at IS NULL AND o.network = open_work.network
            ORDER BY o.due_at, o.ticket_id LIMIT 1
        ) AS t
        ORDER BY w.figure_id, t.due_at, t.ticket_id
    ), figure AS (
        SELECT f.ticket_id, CASE WHEN c.open = 1 THEN coalesce(f.geom_3857, l.geom) ELSE l.geom END AS geom,
               f.due_at, c.open
        FROM counted AS c JOIN first AS f ON f.figure_id = c.area_id
        CROSS JOIN LATERAL (SELECT st_transform(c.label_point, 3857) AS geom OFFSET 0) AS l
    ), alone AS (
        SELECT t.ticket_id, t.geom_3857 AS geom, t.due_at, 1 AS open
        FROM node AS n
        CROSS JOIN LATERAL (
            SELECT o.* FROM work.ticket AS o
            WHERE o.area_id = n.area_id AND o.closed_at IS NULL AND o.network = open_work.network OFFSET 0
        ) AS t
        WHERE n.is_past AND n.is_grid AND t.geom_3857 && open_work.box
        UNION ALL  -- what lies in no grid, and in no area with a figure
        SELECT t.ticket_id, t.geom_3857, t.due_at, 1
        FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.area_version_id IS NULL AND t.network = open_work.network
          AND t.geom_3857 && open_work.box
          AND NOT t.path && ARRAY(SELECT n.area_id FROM node AS n WHERE NOT n.is_past OR n.is_grid)
    )
    SELECT f.ticket_id, f.geom, f.due_at, f.open FROM figure AS f WHERE f.geom && open_work.box
    UNION ALL
    SELECT a.ticket_id, a.geom, a.due_at, a.open FROM alone AS a;
END $$;
COMMENT ON FUNCTION app.open_work(integer, geometry, text) IS
'Open tickets of a network on a map of this zoom: one row for each area that is large enough for a figure, at its label '
'point, with how many are open and the one due first. Box in EPSG:3857. No rows: the network has no areas above grids';
GRANT EXECUTE ON FUNCTION app.open_work(integer, geometry, text) TO gisgrid_service, gisgrid_viewer;
