CREATE FUNCTION app.wrong_counter()
RETURNS TABLE (network text, code text, path bigint [], counter text, kept bigint, counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
WITH known AS (
    SELECT k.overdue_at FROM work.counter_time AS k
),

counted AS (
    SELECT
        t.path,
        t.network,
        count(*) AS tickets,
        count(*) FILTER (WHERE t.closed_at IS NULL) AS open,
        count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= k.overdue_at) AS overdue
    FROM work.ticket AS t
    CROSS JOIN known AS k
    GROUP BY t.path, t.network
),

changed AS (
    SELECT
        c.path,
        c.network,
        sum(c.tickets) AS tickets,
        sum(c.open) AS open,
        coalesce(sum(c.open) FILTER (WHERE c.due_at <= k.overdue_at), 0) AS overdue
    FROM work.counter_change AS c
    CROSS JOIN known AS k
    GROUP BY c.path, c.network
),

both_ways AS (
    SELECT
        c.path[1:n.depth] AS path,
        c.network,
        0 AS tickets_kept,
        0 AS open_kept,
        0 AS overdue_kept,
        c.tickets,
        c.open,
        c.overdue
    FROM counted AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.path)) AS n (depth)
    UNION ALL
    SELECT
        c.path[1:n.depth] AS path,
        c.network,
        c.tickets AS tickets_kept,
        c.open AS open_kept,
        c.overdue AS overdue_kept,
        0 AS tickets,
        0 AS open,
        0 AS overdue
    FROM changed AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.path)) AS n (depth)
    UNION ALL
    SELECT
        c.path,
        c.network,
        c.tickets AS tickets_kept,
        c.open AS open_kept,
        c.overdue AS overdue_kept,
        0 AS tickets,
        0 AS open,
        0 AS overdue
    FROM work.counter AS c
)

SELECT
    b.network,
    a.code,
    b.path,
    w.counter,
    w.kept::bigint,
    w.counted::bigint
FROM (
    SELECT
        x.path,
        x.network,
        sum(x.tickets_kept) AS tickets_kept,
        sum(x.open_kept) AS open_kept,
        sum(x.overdue_kept) AS overdue_kept,
        sum(x.tickets) AS tickets,
        sum(x.open) AS open,
        sum(x.overdue) AS overdue
    FROM both_ways AS x
    GROUP BY x.path, x.network
) AS b
CROSS JOIN LATERAL (
    VALUES
    ('total', b.tickets_kept, b.tickets), ('open', b.open_kept, b.open), ('overdue', b.overdue_kept, b.overdue)
) AS w (counter, kept, counted)
LEFT JOIN core.area AS a ON b.path[cardinality(b.path)] = a.area_id
WHERE w.kept <> w.counted
ORDER BY b.network, b.path, w.counter;
END;
COMMENT ON FUNCTION app.wrong_counter() IS
'Which kept counters are not what a recount of all tickets says? code null: the top, above all areas of the network';
