CREATE FUNCTION app.count_place_bins() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- One statement, so that what it takes away and what it counts are of one snapshot; under the lock of its caller.
WITH gone AS (DELETE FROM overlay.place_bin_change RETURNING *),

square AS (
    SELECT
        g.x,
        g.y,
        g.path,
        40075016.68557849 / 65536 AS side_m
    FROM gone AS g
    GROUP BY g.x, g.y, g.path
),

counted AS (
    SELECT
        s.x,
        s.y,
        s.path,
        count(p.place_id)::integer AS places,
        sum(p.x_m) AS sum_x_m,
        sum(p.y_m) AS sum_y_m,
        min(p.place_id) AS first_id,
        min(p.due_at) AS due_at
    FROM square AS s
    LEFT JOIN overlay.place AS p
        ON
            p.is_current AND s.path = p.path
            AND p.x_m >= s.x * s.side_m AND p.x_m < (s.x + 1) * s.side_m
            AND p.y_m >= s.y * s.side_m AND p.y_m < (s.y + 1) * s.side_m
    GROUP BY s.x, s.y, s.path
),

emptied AS (
    DELETE FROM overlay.place_bin AS b USING counted AS c
    WHERE c.places = 0 AND b.x = c.x AND b.y = c.y AND b.path = c.path
)

INSERT INTO overlay.place_bin (x, y, path, places, sum_x_m, sum_y_m, first_id, due_at)
SELECT c.x, c.y, c.path, c.places, c.sum_x_m, c.sum_y_m, c.first_id, c.due_at FROM counted AS c WHERE c.places > 0
ON CONFLICT (x, y, path) DO UPDATE SET
places = excluded.places, sum_x_m = excluded.sum_x_m, sum_y_m = excluded.sum_y_m, first_id = excluded.first_id,
due_at = excluded.due_at;
END;
COMMENT ON FUNCTION app.count_place_bins() IS 'Count again the squares of places in which something changed';
