-- Long because it is one statement over one snapshot, for every grouping of the statistics.
CREATE FUNCTION app.statistics_by(
    by text,
    area_id bigint,
    network text,
    level text,
    category text,
    received_from timestamptz,
    received_to timestamptz,
    at timestamptz,
    zone text
)
RETURNS TABLE (
    key text, is_total boolean, received bigint, closed bigint, open bigint, overdue bigint, on_time bigint,
    solved_in_grid bigint, rated bigint, closing_rate double precision, on_time_rate double precision,
    solved_in_grid_rate double precision, hours_to_close double precision, rating double precision
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- One pass over the tickets. The grouping key is looked up once for each path or category, not for each ticket.
-- Every ticket falls into one row, or into the row without a key; the total is of the same pass, so the sums agree.
WITH listed AS MATERIALIZED (
    SELECT v.area_id
    FROM app.area_at(statistics_by.at) AS v
    WHERE
        statistics_by.by = 'area' AND v.network = statistics_by.network
        AND CASE
            WHEN statistics_by.level <> ''
                THEN
                    v.level = statistics_by.level
                    AND (statistics_by.area_id = 0 OR v.path @> ARRAY[statistics_by.area_id])
            WHEN statistics_by.area_id = 0 THEN v.parent_id IS NULL
            ELSE v.parent_id = statistics_by.area_id
        END
),

depth AS (
    SELECT coalesce((
        SELECT cardinality(c.path) FROM work.category AS c WHERE c.category = statistics_by.category
    ), 1) AS above
),

counted AS MATERIALIZED (
    SELECT
        CASE WHEN statistics_by.by = 'area' THEN t.path END AS held_path,
        CASE statistics_by.by
            WHEN 'category' THEN t.category
            WHEN 'source' THEN t.source
            WHEN 'post' THEN p.post_id::text
            WHEN 'department' THEN p.department
            WHEN 'day' THEN to_char(t.received_at AT TIME ZONE statistics_by.zone, 'YYYY-MM-DD')
            WHEN 'month' THEN to_char(t.received_at AT TIME ZONE statistics_by.zone, 'YYYY-MM')
        END AS raw,
        count(*) AS received,
        count(*) FILTER (WHERE t.closed_at <= statistics_by.at) AS closed,
        count(*) FILTER (
            WHERE app.ticket_state(t.closed_at, t.due_at, statistics_by.at) = 'overdue'
        ) AS overdue,
        count(*) FILTER (WHERE t.closed_at <= statistics_by.at AND t.closed_at <= t.due_at) AS on_time,
        count(*) FILTER (WHERE t.closed_at <= statistics_by.at AND t.solved_in_grid) AS solved,
        count(*) FILTER (WHERE t.closed_at <= statistics_by.at AND t.solved_in_grid IS NOT NULL) AS judged,
        sum(extract(EPOCH FROM t.closed_at - t.received_at)) FILTER (
            WHERE t.closed_at <= statistics_by.at
        ) / 3600 AS hours,
        count(g.score) AS rated,
        sum(g.score) AS scores
    FROM work.ticket AS t
    LEFT JOIN work.rating AS g ON t.ticket_id = g.ticket_id AND g.rater = 'reporter'
    LEFT JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id AND statistics_by.by IN ('post', 'department')
    WHERE
        t.network = statistics_by.network
        AND (statistics_by.area_id = 0 OR t.path @> ARRAY[statistics_by.area_id])
        AND (
            statistics_by.category = ''
            OR t.category IN (SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[statistics_by.category])
        )
        AND t.received_at >= coalesce(statistics_by.received_from, '-infinity')
        AND t.received_at < coalesce(statistics_by.received_to, 'infinity')
        AND t.received_at <= statistics_by.at
    GROUP BY held_path, raw
),

held AS MATERIALIZED (
    SELECT DISTINCT ON (c.held_path)
        c.held_path,
        l.area_id
    FROM counted AS c
    CROSS JOIN LATERAL unnest(c.held_path) WITH ORDINALITY AS e (area_id, position)
    INNER JOIN listed AS l ON e.area_id = l.area_id
    ORDER BY c.held_path, e.position
),

keyed AS MATERIALIZED (
    SELECT
        CASE statistics_by.by
            WHEN 'area' THEN h.area_id::text
            WHEN 'category' THEN k.path[(SELECT d.above FROM depth AS d) + 1]
            ELSE c.raw
        END AS key,
        c.received,
        c.closed,
        c.overdue,
        c.on_time,
        c.solved,
        c.judged,
        c.hours,
        c.rated,
        c.scores
    FROM counted AS c
    LEFT JOIN held AS h ON c.held_path = h.held_path
    LEFT JOIN work.category AS k ON statistics_by.by = 'category' AND c.raw = k.category
    UNION ALL
    -- A key for which no ticket was received has a row as well.
    SELECT
        l.area_id::text AS key,
        0 AS received,
        0 AS closed,
        0 AS overdue,
        0 AS on_time,
        0 AS solved,
        0 AS judged,
        NULL AS hours,
        0 AS rated,
        0 AS scores
    FROM listed AS l
    UNION ALL
    SELECT
        k.category AS key,
        0 AS received,
        0 AS closed,
        0 AS overdue,
        0 AS on_time,
        0 AS solved,
        0 AS judged,
        NULL AS hours,
        0 AS rated,
        0 AS scores
    FROM work.category AS k
    WHERE statistics_by.by = 'category' AND coalesce(k.parent, '') = statistics_by.category
)

SELECT
    k.key,
    grouping(k.key) = 1 AS is_total,
    coalesce(sum(k.received), 0)::bigint AS received,
    coalesce(sum(k.closed), 0)::bigint AS closed,
    coalesce(sum(k.received - k.closed), 0)::bigint AS open,
    coalesce(sum(k.overdue), 0)::bigint AS overdue,
    coalesce(sum(k.on_time), 0)::bigint AS on_time,
    coalesce(sum(k.solved), 0)::bigint AS solved_in_grid,
    coalesce(sum(k.rated), 0)::bigint AS rated,
    round(sum(k.closed) / nullif(sum(k.received), 0), 6)::double precision AS closing_rate,
    round(sum(k.on_time) / nullif(sum(k.closed + k.overdue), 0), 6)::double precision AS on_time_rate,
    round(sum(k.solved) / nullif(sum(k.judged), 0), 6)::double precision AS solved_in_grid_rate,
    round(sum(k.hours) / nullif(sum(k.closed), 0), 3)::double precision AS hours_to_close,
    round(sum(k.scores) / nullif(sum(k.rated), 0), 3)::double precision AS rating
FROM keyed AS k
GROUP BY GROUPING SETS ((k.key), ());
END;
COMMENT ON FUNCTION app.statistics_by(
    text, bigint, text, text, text, timestamptz, timestamptz, timestamptz, text
) IS
'Tickets received from..to in an area''s subtree (0: everywhere), by area, category, source, post, department, day or '
'month: how many are closed, open, overdue, in time at an instant. The row without a key: tickets without that key; '
'is_total: all tickets. Posts, departments and ratings only as far as the caller may see them';
GRANT EXECUTE ON FUNCTION
app.statistics_by(text, bigint, text, text, text, timestamptz, timestamptz, timestamptz, text)
TO gisgrid_service;
