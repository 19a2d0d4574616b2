-- Long because three tables of sums are compared with one pass over the tickets.
CREATE FUNCTION app.wrong_sum()
RETURNS TABLE (network text, area_id bigint, counter text, kept bigint, counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH fact AS MATERIALIZED (
    -- Tickets, and what is not added up yet taken away: so much has to be kept.
    SELECT
        f.network,
        f.path,
        f.area_version_id,
        f.category,
        f.source,
        f.received_at AT TIME ZONE 'UTC' AS month_of,
        (f.received_at AT TIME ZONE k.zone)::date AS day,
        f.path[1:cardinality(f.path) - (f.area_version_id IS NOT NULL)::integer] AS above,
        f.sign AS received,
        f.sign * (f.closed_at IS NOT NULL)::integer AS closed,
        f.sign * (f.closed_at IS NULL AND f.due_at <= k.overdue_at)::integer AS overdue,
        f.sign * (f.closed_at IS NOT NULL AND f.closed_at <= f.due_at)::integer AS on_time,
        f.sign * (f.closed_at IS NOT NULL AND coalesce(f.solved_in_grid, false))::integer AS solved,
        f.sign * (f.closed_at IS NOT NULL AND f.solved_in_grid IS NOT NULL)::integer AS judged,
        f.sign * app.microseconds_to_close(f.received_at, f.closed_at) AS microseconds
    FROM (
        SELECT
            1 AS sign,
            t.network,
            t.path,
            t.area_version_id,
            t.category,
            t.source,
            t.received_at,
            t.closed_at,
            t.due_at,
            t.solved_in_grid
        FROM work.ticket AS t
        UNION ALL
        SELECT
            -c.tickets,
            c.network,
            c.path,
            c.area_version_id,
            c.category,
            c.source,
            c.received_at,
            c.closed_at,
            c.due_at,
            c.solved_in_grid
        FROM work.counter_change AS c
        WHERE c.received_at IS NOT NULL
    ) AS f
    CROSS JOIN work.counter_time AS k
),

-- Numbers: received, closed, overdue, on_time, solved, judged, microseconds.
both_ways AS (
    SELECT
        CASE s.span
            WHEN 'ever' THEN s.span ELSE s.span || ' ' || date_trunc(s.span, f.month_of)::date
        END AS stretch,
        f.network,
        f.path,
        f.area_version_id,
        NULL::bigint AS area_id,
        NULL AS key,
        0 AS is_kept,
        sum(f.received) AS received,
        sum(f.closed) AS closed,
        sum(f.overdue) AS overdue,
        sum(f.on_time) AS on_time,
        sum(f.solved) AS solved,
        sum(f.judged) AS judged,
        sum(f.microseconds) AS microseconds
    FROM fact AS f
    CROSS JOIN (VALUES ('month'), ('quarter'), ('year'), ('ever')) AS s (span)
    GROUP BY stretch, f.network, f.path, f.area_version_id
    UNION ALL
    SELECT
        CASE k.span WHEN 'ever' THEN k.span ELSE k.span || ' ' || k.starts END,
        k.network,
        k.path,
        k.area_version_id,
        NULL,
        NULL,
        1,
        k.received,
        k.closed,
        k.overdue,
        k.on_time,
        k.solved,
        k.judged,
        k.microseconds
    FROM work.leaf_sum AS k
    UNION ALL
    SELECT
        s.span || ' ' || date_trunc(s.span, f.month_of)::date AS stretch,
        f.network,
        NULL,
        NULL,
        e.area_id,
        f.category || '/' || f.source AS key,
        0,
        sum(f.received),
        sum(f.closed),
        sum(f.overdue),
        sum(f.on_time),
        sum(f.solved),
        sum(f.judged),
        sum(f.microseconds)
    FROM fact AS f
    CROSS JOIN (VALUES ('month'), ('quarter'), ('year')) AS s (span)
    CROSS JOIN LATERAL unnest(f.above) AS e (area_id)
    GROUP BY stretch, f.network, e.area_id, key
    UNION ALL
    SELECT
        k.span || ' ' || k.starts,
        k.network,
        NULL,
        NULL,
        k.area_id,
        k.category || '/' || k.source,
        1,
        k.received,
        k.closed,
        k.overdue,
        k.on_time,
        k.solved,
        k.judged,
        k.microseconds
    FROM work.area_sum AS k
    UNION ALL
    SELECT
        'day ' || f.day AS stretch,
        f.network,
        NULL,
        NULL,
        e.area_id,
        '' AS key,
        0,
        sum(f.received),
        sum(f.closed),
        sum(f.overdue),
        sum(f.on_time),
        sum(f.solved),
        sum(f.judged),
        sum(f.microseconds)
    FROM fact AS f
    CROSS JOIN LATERAL unnest(f.above) AS e (area_id)
    GROUP BY stretch, f.network, e.area_id
    UNION ALL
    SELECT
        'day ' || k.day,
        k.network,
        NULL,
        NULL,
        k.area_id,
        '',
        1,
        k.received,
        k.closed,
        k.overdue,
        k.on_time,
        k.solved,
        k.judged,
        k.microseconds
    FROM work.day_sum AS k
)

SELECT
    b.network,
    coalesce(b.area_id, b.path[cardinality(b.path)]) AS area_id,
    'figures of ' || b.stretch || ': ' || w.counter AS counter,
    coalesce(sum(w.number) FILTER (WHERE b.is_kept = 1), 0)::bigint AS kept,
    coalesce(sum(w.number) FILTER (WHERE b.is_kept = 0), 0)::bigint AS counted
FROM both_ways AS b
CROSS JOIN LATERAL (
    VALUES
    ('received', b.received), ('closed', b.closed), ('overdue', b.overdue), ('on_time', b.on_time),
    ('solved_in_grid', b.solved), ('judged', b.judged), ('microseconds', b.microseconds)
) AS w (counter, number)
GROUP BY b.stretch, b.network, b.path, b.area_version_id, b.area_id, b.key, w.counter
HAVING sum(w.number * CASE b.is_kept WHEN 1 THEN 1 ELSE -1 END) <> 0;
END;
COMMENT ON FUNCTION app.wrong_sum() IS
'Which kept sums of figures are not what a recount of all tickets says? area_id 0: the top, above all areas of the network';
