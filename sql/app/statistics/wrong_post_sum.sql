CREATE FUNCTION app.wrong_post_sum()
RETURNS TABLE (network text, area_id bigint, counter text, kept bigint, counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Tickets, and what is not added up yet taken away: so much has to be kept.
WITH fact AS (
    SELECT
        1 AS sign,
        t.network,
        t.path,
        CASE WHEN num_nonnulls(p.post_id, p.department) > 0 AND p.path <> t.path THEN p.path END AS seen_on,
        p.post_id,
        p.department,
        t.received_at,
        t.due_at,
        t.closed_at,
        t.solved_in_grid
    FROM work.ticket AS t
    LEFT JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
    UNION ALL
    SELECT
        -c.sign,
        c.network,
        c.path,
        c.seen_on,
        c.post_id,
        c.department,
        c.received_at,
        c.due_at,
        c.closed_at,
        c.solved_in_grid
    FROM app.not_in_post_sums(9223372036854775807) AS c
),

both_ways AS (
    SELECT
        0 AS is_kept,
        s.span,
        CASE s.span
            WHEN 'ever' THEN '-infinity' ELSE date_trunc(s.span, f.received_at AT TIME ZONE 'UTC')::date
        END AS starts,
        f.network,
        f.path,
        f.seen_on,
        f.post_id,
        f.department,
        sum(f.sign) AS received,
        sum(f.sign * (f.closed_at IS NOT NULL)::integer) AS closed,
        sum(f.sign * (f.closed_at IS NULL AND f.due_at <= k.posts_overdue_at)::integer) AS overdue,
        sum(f.sign * (f.closed_at IS NOT NULL AND f.closed_at <= f.due_at)::integer) AS on_time,
        sum(f.sign * (f.closed_at IS NOT NULL AND coalesce(f.solved_in_grid, false))::integer) AS solved,
        sum(f.sign * (f.closed_at IS NOT NULL AND f.solved_in_grid IS NOT NULL)::integer) AS judged,
        sum(f.sign * app.microseconds_to_close(f.received_at, f.closed_at)) AS microseconds
    FROM fact AS f
    CROSS JOIN work.counter_time AS k
    CROSS JOIN (VALUES ('month'), ('quarter'), ('year'), ('ever')) AS s (span)
    GROUP BY s.span, starts, f.network, f.path, f.seen_on, f.post_id, f.department
    UNION ALL
    SELECT
        1,
        k.span,
        k.starts,
        k.network,
        k.path,
        k.seen_on,
        k.post_id,
        k.department,
        k.received,
        k.closed,
        k.overdue,
        k.on_time,
        k.solved,
        k.judged,
        k.microseconds
    FROM work.post_sum AS k
)

SELECT
    b.network,
    b.path[cardinality(b.path)] AS area_id,
    'figures of ' || b.span || CASE WHEN isfinite(b.starts) THEN ' ' || b.starts ELSE '' END || ', '
    || coalesce('post ' || b.post_id, 'department ' || b.department, 'nobody') || ': ' || w.counter AS counter,
    coalesce(sum(w.number) FILTER (WHERE b.is_kept = 1), 0)::bigint AS kept,
    coalesce(sum(w.number) FILTER (WHERE b.is_kept = 0), 0)::bigint AS counted
FROM both_ways AS b
CROSS JOIN LATERAL (
    VALUES
    ('received', b.received), ('closed', b.closed), ('overdue', b.overdue), ('on_time', b.on_time),
    ('solved_in_grid', b.solved), ('judged', b.judged), ('microseconds', b.microseconds)
) AS w (counter, number)
GROUP BY b.span, b.starts, b.network, b.path, b.seen_on, b.post_id, b.department, w.counter
HAVING sum(w.number * CASE b.is_kept WHEN 1 THEN 1 ELSE -1 END) <> 0;
END;
COMMENT ON FUNCTION app.wrong_post_sum() IS
'Which kept sums of posts and departments are not what a recount of all tickets says? As app.wrong_sum';
