CREATE FUNCTION app.counters(
    area_id bigint, at timestamptz, zone text, due_soon interval, network text DEFAULT NULL
)
RETURNS TABLE (
    total bigint, done bigint, open bigint, today bigint, due_soon bigint, overdue bigint, unplaced bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- One pass over the tickets of the area's subtree. unplaced: tickets on none of the children that exist at that date.
WITH place AS MATERIALIZED (
    SELECT p.* FROM app.counted_path(counters.area_id, counters.at, network => counters.network) AS p
)

SELECT
    count(*) AS total,
    count(*) FILTER (WHERE s.state = 'done') AS done,
    count(*) FILTER (WHERE s.state <> 'done') AS open,
    count(*) FILTER (
        WHERE (t.received_at AT TIME ZONE counters.zone)::date = (counters.at AT TIME ZONE counters.zone)::date
    ) AS today,
    count(*) FILTER (WHERE s.state = 'due_soon') AS due_soon,
    count(*) FILTER (WHERE s.state = 'overdue') AS overdue,
    count(*) FILTER (WHERE p.has_children AND (t.path[p.depth + 1] = ANY(p.children)) IS NOT TRUE) AS unplaced
FROM work.ticket AS t
INNER JOIN place AS p ON p.path = t.path[1:p.depth]
CROSS JOIN LATERAL (
    SELECT app.ticket_state(t.closed_at, t.due_at, counters.at, counters.due_soon) AS state
) AS s
WHERE
    t.path @> ARRAY[counters.area_id] AND t.received_at <= counters.at
    AND (counters.network IS NULL OR t.network = counters.network);
END;
COMMENT ON FUNCTION app.counters(bigint, timestamptz, text, interval, text) IS
'How many tickets of an area are open, due soon, overdue, done now? total = totals of the children + unplaced, always; '
'area 0: everywhere, of all networks or of one';
GRANT EXECUTE ON FUNCTION app.counters(bigint, timestamptz, text, interval, text) TO gisgrid_service, gisgrid_viewer;
