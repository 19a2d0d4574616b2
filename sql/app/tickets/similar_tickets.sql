CREATE FUNCTION app.similar_tickets(ticket bigint, within_m double precision, within interval)
RETURNS TABLE (number text, category text, distance_m double precision, apart interval, closeness double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Tickets under the same root category, near in place and time, not tied to this one. Runs as the caller, since it
-- compares exact points. The closest first; closeness 1 is the same category, place and time.
SELECT
    o.number,
    o.category,
    d.distance_m,
    d.apart,
    (CASE WHEN o.category = t.category THEN 1.0 ELSE 0.7 END)
    * (1 - d.distance_m / similar_tickets.within_m / 2)
    * (1 - extract(EPOCH FROM d.apart) / extract(EPOCH FROM similar_tickets.within) / 2)
FROM work.ticket AS t
INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
INNER JOIN work.category AS c ON t.category = c.category
INNER JOIN work.ticket_private AS q
    ON
        q.geom && st_expand(
            p.geom,
            similar_tickets.within_m / 111320 / greatest(cos(radians(st_y(p.geom))), 0.01),
            similar_tickets.within_m / 110540
        )
INNER JOIN work.ticket AS o ON q.ticket_id = o.ticket_id
INNER JOIN work.category AS e ON o.category = e.category
CROSS JOIN LATERAL (
    SELECT
        st_distance(p.geom::geography, q.geom::geography) AS distance_m,
        greatest(o.received_at, t.received_at) - least(o.received_at, t.received_at) AS apart
) AS d
WHERE
    t.ticket_id = similar_tickets.ticket
    AND o.ticket_id <> t.ticket_id
    AND o.duplicate_of IS NULL
    AND o.closed_at IS NULL
    AND o.parent_id IS DISTINCT FROM t.ticket_id
    AND t.parent_id IS DISTINCT FROM o.ticket_id
    AND e.path[2] = c.path[2]
    AND d.distance_m <= similar_tickets.within_m
    AND d.apart <= similar_tickets.within
ORDER BY 5 DESC, 1;
END;
COMMENT ON FUNCTION app.similar_tickets(bigint, double precision, interval) IS
'Which open tickets may be about the same thing? Same root category, near in place and time; the closest first';
GRANT EXECUTE ON FUNCTION app.similar_tickets(bigint, double precision, interval) TO gisgrid_service;
