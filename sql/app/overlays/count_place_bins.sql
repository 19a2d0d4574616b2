CREATE FUNCTION app.count_place_bins() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- One statement, so that what it takes away and what it counts are of one snapshot; under the lock of its caller.
-- Each square by itself (LATERAL), by the index of whole metres: how many there are the planner does not know, and a
-- join would compare each with each.
WITH gone AS (DELETE FROM overlay.place_bin_change RETURNING *),

square AS (
    SELECT
        g.x,
        g.y,
        g.path,
        ceil(g.x * s.side_m)::integer AS west_m,
        ceil((g.x + 1) * s.side_m)::integer AS east_m,
        ceil(g.y * s.side_m)::integer AS south_m,
        ceil((g.y + 1) * s.side_m)::integer AS north_m
    FROM gone AS g
    CROSS JOIN (SELECT 40075016.68557849 / 65536 AS side_m) AS s
    GROUP BY g.x, g.y, g.path, s.side_m
),

counted AS (
    SELECT
        s.x,
        s.y,
        s.path,
        n.*
    FROM square AS s
    CROSS JOIN LATERAL (
        SELECT
            count(*)::integer AS places,
            sum(p.x_m) AS sum_x_m,
            sum(p.y_m) AS sum_y_m,
            min(p.place_id) AS first_id,
            min(p.due_at) AS due_at
        FROM overlay.place AS p
        WHERE
            p.is_current AND p.path = s.path
            AND p.x_m >= s.west_m AND p.x_m < s.east_m AND p.y_m >= s.south_m AND p.y_m < s.north_m
    ) AS n
),

emptied AS (
    DELETE FROM overlay.place_bin AS b WHERE b.ctid = ANY(
        ARRAY(
            SELECT o.spot
            FROM counted AS c
            CROSS JOIN LATERAL (
                SELECT e.ctid AS spot FROM overlay.place_bin AS e
                WHERE c.places = 0 AND e.x = c.x AND e.y = c.y AND e.path = c.path OFFSET 0
            ) AS o
        )
    )
)

INSERT INTO overlay.place_bin (x, y, path, places, sum_x_m, sum_y_m, first_id, due_at)
SELECT c.x, c.y, c.path, c.places, c.sum_x_m, c.sum_y_m, c.first_id, c.due_at FROM counted AS c WHERE c.places > 0
ON CONFLICT (x, y, path) DO UPDATE SET
places = excluded.places, sum_x_m = excluded.sum_x_m, sum_y_m = excluded.sum_y_m, first_id = excluded.first_id,
due_at = excluded.due_at;
END;
COMMENT ON FUNCTION app.count_place_bins() IS 'Count again the squares of places in which something changed';
