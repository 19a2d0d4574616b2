CREATE FUNCTION app.tickets_then(area_id bigint, at timestamptz, as_recorded timestamptz DEFAULT NULL)
RETURNS TABLE (path bigint [], received_at timestamptz, due_at timestamptz, closed_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- A change of place counts where it applied by that instant and was recorded by then; of a ticket the first one after
-- the last that counts says where it stood, and where none is left it stands there still. That it was closed, opened
-- again or due at another time has one time only, that of its happening.
WITH moved AS MATERIALIZED (
    SELECT DISTINCT ON (f.ticket_id)
        f.ticket_id,
        f.path
    FROM work.former_path AS f
    WHERE
        (f.valid_to > tickets_then.at OR f.recorded_to > tickets_then.as_recorded)
        AND NOT EXISTS (
            SELECT FROM work.former_path AS l
            WHERE
                l.ticket_id = f.ticket_id AND l.former_path_id > f.former_path_id
                AND l.valid_to <= tickets_then.at
                AND l.recorded_to <= coalesce(tickets_then.as_recorded, 'infinity')
        )
    ORDER BY f.ticket_id, f.former_path_id
),

changed AS MATERIALIZED (
    SELECT DISTINCT ON (f.ticket_id)
        f.ticket_id,
        f.closed_at,
        f.due_at
    FROM work.former_state AS f
    WHERE f.recorded_to > least(tickets_then.at, tickets_then.as_recorded)
    ORDER BY f.ticket_id, f.former_state_id
),

held AS (
    SELECT
        t.ticket_id,
        t.path,
        t.received_at,
        t.due_at,
        t.closed_at
    FROM work.ticket AS t
    WHERE
        t.path @> ARRAY[tickets_then.area_id]
        AND NOT EXISTS (SELECT FROM moved AS m WHERE m.ticket_id = t.ticket_id)
    UNION ALL
    SELECT
        t.ticket_id,
        m.path,
        t.received_at,
        t.due_at,
        t.closed_at
    FROM moved AS m
    INNER JOIN work.ticket AS t ON m.ticket_id = t.ticket_id
    WHERE m.path @> ARRAY[tickets_then.area_id]
)

SELECT
    h.path,
    h.received_at,
    CASE WHEN c.ticket_id IS NULL THEN h.due_at ELSE c.due_at END AS due_at,
    CASE WHEN s.closed_at <= least(tickets_then.at, tickets_then.as_recorded) THEN s.closed_at END AS closed_at
FROM held AS h
LEFT JOIN changed AS c ON h.ticket_id = c.ticket_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.ticket_id IS NULL THEN h.closed_at ELSE c.closed_at END AS closed_at
) AS s
WHERE h.received_at <= least(tickets_then.at, tickets_then.as_recorded);
END;
COMMENT ON FUNCTION app.tickets_then(bigint, timestamptz, timestamptz) IS
'Which tickets stood in an area''s subtree at an instant, as was recorded by then; where, due and closed when';
GRANT EXECUTE ON FUNCTION app.tickets_then(bigint, timestamptz, timestamptz) TO gisgrid_service, gisgrid_viewer;
