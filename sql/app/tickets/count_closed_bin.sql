CREATE FUNCTION app.count_closed_bin(network text, x integer, y integer)
RETURNS TABLE (
    ticket_id bigint, tickets integer, sum_x_cm bigint, sum_y_cm bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- FILTER, and no condition on closed_at: by its index a planner that takes the table for empty would go through all
-- closed tickets, for each cell.
SELECT
    min(t.ticket_id) FILTER (WHERE t.closed_at IS NOT NULL),
    count(*) FILTER (WHERE t.closed_at IS NOT NULL)::integer,
    sum((st_x(t.geom_3857) * 100)::integer) FILTER (WHERE t.closed_at IS NOT NULL),
    sum((st_y(t.geom_3857) * 100)::integer) FILTER (WHERE t.closed_at IS NOT NULL)
FROM (SELECT app.cell_side_m() AS side_m) AS c
CROSS JOIN work.ticket AS t
WHERE
    t.geom_3857 && st_makeenvelope(
        count_closed_bin.x * c.side_m, count_closed_bin.y * c.side_m,
        (count_closed_bin.x + 1) * c.side_m, (count_closed_bin.y + 1) * c.side_m, 3857
    )
    AND floor(st_x(t.geom_3857) / c.side_m) = count_closed_bin.x
    AND floor(st_y(t.geom_3857) / c.side_m) = count_closed_bin.y
    AND t.network = count_closed_bin.network
HAVING count(*) FILTER (WHERE t.closed_at IS NOT NULL) > 0;
END;
COMMENT ON FUNCTION app.count_closed_bin(text, integer, integer) IS
'What does work.closed_bin say of a small cell once it is counted? No row: it has no closed tickets';
GRANT EXECUTE ON FUNCTION app.count_closed_bin(text, integer, integer) TO gisgrid_service, gisgrid_viewer;
