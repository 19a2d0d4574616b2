CREATE FUNCTION app.not_in_post_sums(last_ticket bigint)
RETURNS TABLE (
    sign integer, network text, path bigint [], seen_on bigint [], post_id bigint, department text,
    received_at timestamptz, due_at timestamptz, closed_at timestamptz, solved_in_grid boolean
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- What the sums have of a ticket is the first that was appended of each of its two rows; where nothing was, what the
-- row is now. Tickets are looked up one by one (OFFSET 0). seen_on: only where it matters and is another than the path.
WITH first AS MATERIALIZED (
    SELECT
        c.ticket_id,
        (array_agg(c ORDER BY c.post_change_id) FILTER (WHERE NOT c.is_private))[1] AS ticket,
        (array_agg(c ORDER BY c.post_change_id) FILTER (WHERE c.is_private))[1] AS private
    FROM work.post_change AS c
    WHERE c.ticket_id <= not_in_post_sums.last_ticket
    GROUP BY c.ticket_id
),

state AS (
    SELECT s.*
    FROM first AS f
    LEFT JOIN LATERAL (
        SELECT
            x.ticket_id, x.network, x.path, x.received_at, x.due_at, x.closed_at, x.solved_in_grid
        FROM work.ticket AS x
        WHERE x.ticket_id = f.ticket_id OFFSET 0
    ) AS t ON true
    LEFT JOIN LATERAL (
        SELECT
            x.path, x.post_id, x.department
        FROM work.ticket_private AS x
        WHERE x.ticket_id = f.ticket_id OFFSET 0
    ) AS p ON true
    CROSS JOIN LATERAL (
        SELECT
            (f.ticket).ticket_id IS NULL AS is_same,
            (f.private).ticket_id IS NULL AS is_whose
    ) AS e
    CROSS JOIN LATERAL (
        SELECT
            1 AS sign, t.network, t.path, p.path AS seen_on, p.post_id, p.department, t.received_at, t.due_at,
            t.closed_at, t.solved_in_grid
        WHERE t.ticket_id IS NOT NULL
        UNION ALL
        SELECT
            -1,
            CASE WHEN e.is_same THEN t.network ELSE (f.ticket).network END,
            CASE WHEN e.is_same THEN t.path ELSE (f.ticket).path END,
            CASE WHEN e.is_whose THEN p.path ELSE (f.private).path END,
            CASE WHEN e.is_whose THEN p.post_id ELSE (f.private).post_id END,
            CASE WHEN e.is_whose THEN p.department ELSE (f.private).department END,
            CASE WHEN e.is_same THEN t.received_at ELSE (f.ticket).received_at END,
            CASE WHEN e.is_same THEN t.due_at ELSE (f.ticket).due_at END,
            CASE WHEN e.is_same THEN t.closed_at ELSE (f.ticket).closed_at END,
            CASE WHEN e.is_same THEN t.solved_in_grid ELSE (f.ticket).solved_in_grid END
        WHERE CASE WHEN e.is_same THEN t.ticket_id IS NOT NULL ELSE (f.ticket).was_there END
    ) AS s
)

SELECT
    s.sign,
    s.network,
    s.path,
    CASE WHEN num_nonnulls(s.post_id, s.department) > 0 AND s.seen_on <> s.path THEN s.seen_on END,
    s.post_id,
    s.department,
    s.received_at,
    s.due_at,
    s.closed_at,
    s.solved_in_grid
FROM state AS s;
END;
COMMENT ON FUNCTION app.not_in_post_sums(bigint) IS
'Of the tickets up to this one that changed since work.post_sum was added up: what it has of them (-1) and what they are '
'now (1)';
