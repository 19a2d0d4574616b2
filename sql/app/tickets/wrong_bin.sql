CREATE FUNCTION app.wrong_bin() RETURNS TABLE (network text, counter text, kept bigint, counted bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH spot AS (
        SELECT t.network, t.ticket_id, t.closed_at IS NULL AS is_open, t.due_at,
               floor(st_x(t.geom_3857) / app.cell_side_m())::integer AS x,
               floor(st_y(t.geom_3857) / app.cell_side_m())::integer AS y,
               (st_x(t.geom_3857) * 100)::integer AS x_cm, (st_y(t.geom_3857) * 100)::integer AS y_cm
        FROM work.ticket AS t WHERE t.geom_3857 IS NOT NULL
    ), both_ways AS (
        SELECT s.network, 'large' AS size, s.x >> 3 AS x, s.y >> 3 AS y, false AS is_kept, min(s.ticket_id) AS first,
               count(*) AS tickets, count(*) FILTER (WHERE s.is_open) AS open,
               min(s.due_at) FILTER (WHERE s.is_open) AS due_at, sum(s.x_cm) AS x_cm, sum(s.y_cm) AS y_cm
        FROM spot AS s GROUP BY s.network, s.x >> 3, s.y >> 3
        UNION ALL
        SELECT b.network, 'large', b.x, b.y, true, b.ticket_id, b.tickets, b.open, b.due_at, b.sum_x_cm, b.sum_y_cm
        FROM work.ticket_bin AS b
        UNION ALL
        SELECT s.network, 'small', s.x, s.y, false, min(s.ticket_id), count(*), 0, NULL, sum(s.x_cm), sum(s.y_cm)
        FROM spot AS s WHERE NOT s.is_open GROUP BY s.network, s.x, s.y
        UNION ALL
        SELECT b.network, 'small', b.x, b.y, true, b.ticket_id, b.tickets, 0, NULL, b.sum_x_cm, b.sum_y_cm
        FROM work.closed_bin AS b
    ), changed AS (
        SELECT DISTINCT c.network, s.size, c.x >> s.shift AS x, c.y >> s.shift AS y
        FROM work.ticket_bin_change AS c CROSS JOIN (VALUES ('large', 3), ('small', 0)) AS s (size, shift)
        WHERE s.size = 'large' OR c.came IS NULL
    ), cell AS (
        SELECT b.network, b.size, b.x, b.y,
               coalesce(sum(b.tickets) FILTER (WHERE b.is_kept), 0)::bigint AS kept,
               coalesce(sum(b.tickets) FILTER (WHERE NOT b.is_kept), 0)::bigint AS counted
        FROM both_ways AS b LEFT JOIN changed AS c USING (network, size, x, y)
        WHERE c.network IS NULL
        GROUP BY b.network, b.size, b.x, b.y
        HAVING count(*) <> 2 OR count(DISTINCT (b.first, b.tickets, b.open, b.due_at, b.x_cm, b.y_cm)) > 1
    )
    SELECT c.network, format('%s cell %s/%s of the map', c.size, c.x, c.y), c.kept, c.counted
    FROM cell AS c ORDER BY c.network, c.size, c.x, c.y;
END $$;
COMMENT ON FUNCTION app.wrong_bin() IS
'Which kept cells of tickets are not what a recount says, in number, place or due time? As many of both: one of the others differs';
