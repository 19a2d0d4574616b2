CREATE FUNCTION app.counters_then(
    area_id bigint, at timestamptz, zone text, due_soon interval, as_recorded timestamptz DEFAULT NULL,
    network text DEFAULT NULL
)
RETURNS TABLE (
    total bigint, done bigint, open bigint, today bigint, due_soon bigint, overdue bigint, unplaced bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- As app.counters, for another instant or as recorded at another instant.
WITH place AS MATERIALIZED (
    SELECT p.*
    FROM app.counted_path(
        counters_then.area_id, counters_then.at, counters_then.as_recorded, counters_then.network
    ) AS p
)

SELECT
    count(*) AS total,
    count(*) FILTER (WHERE s.state = 'done') AS done,
    count(*) FILTER (WHERE s.state <> 'done') AS open,
    count(*) FILTER (
        WHERE (t.received_at AT TIME ZONE counters_then.zone)::date
        = (counters_then.at AT TIME ZONE counters_then.zone)::date
    ) AS today,
    count(*) FILTER (WHERE s.state = 'due_soon') AS due_soon,
    count(*) FILTER (WHERE s.state = 'overdue') AS overdue,
    count(*) FILTER (WHERE p.has_children AND (t.path[p.depth + 1] = ANY(p.children)) IS NOT TRUE) AS unplaced
FROM app.tickets_then(
    counters_then.area_id, counters_then.at, counters_then.as_recorded, counters_then.network
) AS t
INNER JOIN place AS p ON p.path = t.path[1:p.depth]
CROSS JOIN LATERAL (
    SELECT app.ticket_state(t.closed_at, t.due_at, counters_then.at, counters_then.due_soon) AS state
) AS s;
END;
COMMENT ON FUNCTION app.counters_then(bigint, timestamptz, text, interval, timestamptz, text) IS
'How many tickets of an area were open, due soon, overdue, done at an instant, as recorded by then? As app.counters';
GRANT EXECUTE ON FUNCTION
app.counters_then(bigint, timestamptz, text, interval, timestamptz, text)
TO gisgrid_service, gisgrid_viewer;
