CREATE FUNCTION app.tickets_then(
    area_id bigint, at timestamptz, as_recorded timestamptz DEFAULT NULL, network text DEFAULT NULL
)
RETURNS TABLE (
    path bigint [], received_at timestamptz, due_at timestamptz, closed_at timestamptz, ticket_id bigint,
    network text, category text, source text, area_version_id bigint, solved_in_grid boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Closing, reopening, and a changed due time have one time only, the time when they happened.
WITH moved AS MATERIALIZED (
    SELECT f.* FROM app.former_path_then(tickets_then.at, tickets_then.as_recorded) AS f
),

changed AS MATERIALIZED (
    SELECT DISTINCT ON (f.ticket_id)
        f.ticket_id,
        f.closed_at,
        f.due_at,
        f.solved_in_grid
    FROM work.former_state AS f
    WHERE f.recorded_to > least(tickets_then.at, tickets_then.as_recorded)
    ORDER BY f.ticket_id, f.former_state_id
),

held AS (
    SELECT
        t.ticket_id,
        t.path,
        t.area_version_id,
        t.network,
        t.category,
        t.source,
        t.received_at,
        t.due_at,
        t.closed_at,
        t.solved_in_grid
    FROM work.ticket AS t
    WHERE
        t.path @> ARRAY[tickets_then.area_id]
        AND (tickets_then.network IS NULL OR t.network = tickets_then.network)
        AND NOT EXISTS (SELECT FROM moved AS m WHERE m.ticket_id = t.ticket_id)
    UNION ALL
    SELECT
        t.ticket_id,
        m.path,
        m.area_version_id,
        t.network,
        t.category,
        t.source,
        t.received_at,
        t.due_at,
        t.closed_at,
        t.solved_in_grid
    FROM moved AS m
    INNER JOIN work.ticket AS t ON m.ticket_id = t.ticket_id
    WHERE
        m.path @> ARRAY[tickets_then.area_id]
        AND (tickets_then.network IS NULL OR t.network = tickets_then.network)
)

SELECT
    h.path,
    h.received_at,
    CASE WHEN c.ticket_id IS NULL THEN h.due_at ELSE c.due_at END AS due_at,
    CASE WHEN s.closed_at <= least(tickets_then.at, tickets_then.as_recorded) THEN s.closed_at END AS closed_at,
    h.ticket_id,
    h.network,
    h.category,
    h.source,
    h.area_version_id,
    CASE
        WHEN (s.closed_at <= least(tickets_then.at, tickets_then.as_recorded)) IS NOT TRUE THEN NULL
        WHEN c.ticket_id IS NULL THEN h.solved_in_grid ELSE c.solved_in_grid
    END AS solved_in_grid
FROM held AS h
LEFT JOIN changed AS c ON h.ticket_id = c.ticket_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.ticket_id IS NULL THEN h.closed_at ELSE c.closed_at END AS closed_at
) AS s
WHERE h.received_at <= least(tickets_then.at, tickets_then.as_recorded);
END;
COMMENT ON FUNCTION app.tickets_then(bigint, timestamptz, timestamptz, text) IS
'Which tickets were in an area''s subtree at an instant, as recorded by then: path and version of the grid, due and '
'closing time as they were; category and source as they are now';
GRANT EXECUTE ON FUNCTION app.tickets_then(bigint, timestamptz, timestamptz, text) TO gisgrid_service, gisgrid_viewer;
