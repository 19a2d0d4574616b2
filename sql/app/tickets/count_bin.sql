CREATE FUNCTION app.count_bin(network text, x integer, y integer)
RETURNS TABLE (
    ticket_id bigint, tickets integer, open integer, due_at timestamptz, sum_x_cm bigint, sum_y_cm bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT
    min(t.ticket_id),
    count(*)::integer,
    count(*) FILTER (WHERE t.closed_at IS NULL)::integer,
    min(t.due_at) FILTER (WHERE t.closed_at IS NULL),
    sum((st_x(t.geom_3857) * 100)::integer),
    sum((st_y(t.geom_3857) * 100)::integer)
FROM (SELECT 8 * app.cell_side_m() AS side_m) AS c
CROSS JOIN work.ticket AS t
WHERE
    t.geom_3857 && st_makeenvelope(
        count_bin.x * c.side_m, count_bin.y * c.side_m,
        (count_bin.x + 1) * c.side_m, (count_bin.y + 1) * c.side_m, 3857
    )
    AND floor(st_x(t.geom_3857) / c.side_m) = count_bin.x
    AND floor(st_y(t.geom_3857) / c.side_m) = count_bin.y
    AND t.network = count_bin.network
HAVING count(*) > 0;
END;
COMMENT ON FUNCTION app.count_bin(text, integer, integer) IS
'What does work.ticket_bin say of a large cell once it is counted? No row: it has no tickets';
GRANT EXECUTE ON FUNCTION app.count_bin(text, integer, integer) TO gisgrid_service, gisgrid_viewer;
