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
-- From kept sums, posts and departments as far as the caller may see whose they are; these of one category from the
-- tickets. The grouping key is looked up once for each path or category.
-- Every ticket falls into one row, or into the row without a key; the total is of the same snapshot, so the sums agree.
WITH listed AS MATERIALIZED (
    SELECT
        v.area_id,
        v.level
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

above AS MATERIALIZED (
    -- Areas of one level above the grids: their sums are kept by area, unless one of them once lay elsewhere.
    SELECT
        array_agg(l.area_id) AS areas,
        min(l.level) <> 'grid' OR max(l.level) <> 'grid' AS has_paths,
        count(DISTINCT l.level) = 1 AND min(l.level) <> 'grid' AND (statistics_by.area_id = 0 OR NOT EXISTS (
            SELECT FROM core.area_version AS v
            WHERE v.area_id IN (SELECT x.area_id FROM listed AS x) AND NOT v.path @> ARRAY[statistics_by.area_id]
        )) AS is_kept
    FROM listed AS l
),

depth AS (
    SELECT coalesce((
        SELECT cardinality(c.path) FROM work.category AS c WHERE c.category = statistics_by.category
    ), 1) AS above
),

stood AS MATERIALIZED (
    -- Did a ticket stand otherwise at that instant than now?
    SELECT
        EXISTS (SELECT FROM work.former_state AS f WHERE f.recorded_to > statistics_by.at)
        OR EXISTS (SELECT FROM app.former_path_then(statistics_by.at, NULL)) AS otherwise
),

cohort AS (
    SELECT
        t.ticket_id,
        t.category,
        t.received_at,
        t.due_at,
        CASE WHEN t.closed_at <= statistics_by.at THEN t.closed_at END AS closed_at,
        CASE WHEN t.closed_at <= statistics_by.at THEN t.solved_in_grid END AS solved_in_grid
    FROM work.ticket AS t
    WHERE
        NOT (SELECT s.otherwise FROM stood AS s)
        AND t.network = statistics_by.network
        AND (statistics_by.area_id = 0 OR t.path @> ARRAY[statistics_by.area_id])
        AND t.received_at <= statistics_by.at
    UNION ALL
    SELECT
        t.ticket_id,
        t.category,
        t.received_at,
        t.due_at,
        t.closed_at,
        t.solved_in_grid
    FROM app.tickets_then(statistics_by.area_id, statistics_by.at, NULL, statistics_by.network) AS t
    WHERE (SELECT s.otherwise FROM stood AS s)
),

rated AS MATERIALIZED (
    -- Of what the caller may see.
    SELECT
        t.ticket_id,
        coalesce(m.path, t.path) AS path,
        t.category,
        t.source,
        t.received_at,
        g.score
    FROM work.rating AS g
    INNER JOIN work.ticket AS t ON g.ticket_id = t.ticket_id
    LEFT JOIN app.former_path_then(statistics_by.at, NULL) AS m ON t.ticket_id = m.ticket_id
    WHERE
        g.rater = 'reporter'
        AND t.network = statistics_by.network
        AND (statistics_by.area_id = 0 OR coalesce(m.path, t.path) @> ARRAY[statistics_by.area_id])
        AND (
            statistics_by.category = ''
            OR t.category IN (SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[statistics_by.category])
        )
        AND t.received_at >= coalesce(statistics_by.received_from, '-infinity')
        AND t.received_at < coalesce(statistics_by.received_to, 'infinity')
        AND t.received_at <= statistics_by.at
),

summed AS MATERIALIZED (
    -- Of grids alone, the version says which one it is.
    SELECT
        s.path AS held_path,
        l.area_id::text AS raw,
        s.received,
        s.closed,
        s.overdue,
        s.on_time,
        s.solved,
        s.judged,
        s.microseconds,
        0 AS rated,
        0 AS scores
    FROM app.leaf_sums(
        statistics_by.network, statistics_by.area_id, statistics_by.category, statistics_by.received_from,
        statistics_by.received_to, statistics_by.at, (SELECT a.has_paths FROM above AS a)
    ) AS s
    LEFT JOIN core.area_version AS v ON s.area_version_id = v.area_version_id AND s.path IS NULL
    LEFT JOIN listed AS l ON v.area_id = l.area_id
    WHERE statistics_by.by = 'area' AND (SELECT a.is_kept FROM above AS a) IS NOT TRUE
    UNION ALL
    SELECT
        NULL AS held_path,
        s.key AS raw,
        s.received,
        s.closed,
        s.overdue,
        s.on_time,
        s.solved,
        s.judged,
        s.microseconds,
        0 AS rated,
        0 AS scores
    FROM app.key_sums(
        statistics_by.by, statistics_by.network, statistics_by.area_id, statistics_by.category,
        statistics_by.received_from, statistics_by.received_to, statistics_by.at, statistics_by.zone,
        (SELECT a.areas FROM above AS a)
    ) AS s
    WHERE statistics_by.by IN ('category', 'source', 'day', 'month') OR (SELECT a.is_kept FROM above AS a)
    UNION ALL
    SELECT
        NULL AS held_path,
        s.key AS raw,
        s.received,
        s.closed,
        s.overdue,
        s.on_time,
        s.solved,
        s.judged,
        s.microseconds,
        0 AS rated,
        0 AS scores
    FROM app.post_sums(
        statistics_by.by, statistics_by.network, statistics_by.area_id, statistics_by.received_from,
        statistics_by.received_to, statistics_by.at
    ) AS s
    WHERE statistics_by.by IN ('post', 'department') AND statistics_by.category = ''
    UNION ALL
    SELECT
        NULL AS held_path,
        CASE statistics_by.by WHEN 'post' THEN p.post_id::text ELSE p.department END AS raw,
        count(*) AS received,
        count(t.closed_at) AS closed,
        count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= statistics_by.at) AS overdue,
        count(*) FILTER (WHERE t.closed_at <= t.due_at) AS on_time,
        count(*) FILTER (WHERE t.solved_in_grid) AS solved,
        count(t.solved_in_grid) AS judged,
        extract(EPOCH FROM sum(t.closed_at - t.received_at)) * 1000000 AS microseconds,
        0 AS rated,
        0 AS scores
    FROM cohort AS t
    LEFT JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
    WHERE
        statistics_by.by IN ('post', 'department') AND statistics_by.category <> ''
        AND t.category IN (SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[statistics_by.category])
        AND t.received_at >= coalesce(statistics_by.received_from, '-infinity')
        AND t.received_at < coalesce(statistics_by.received_to, 'infinity')
    GROUP BY raw
    UNION ALL
    SELECT
        CASE WHEN statistics_by.by = 'area' THEN r.path END AS held_path,
        CASE statistics_by.by
            WHEN 'category' THEN r.category
            WHEN 'source' THEN r.source
            WHEN 'post' THEN p.post_id::text
            WHEN 'department' THEN p.department
            WHEN 'day' THEN to_char(r.received_at AT TIME ZONE statistics_by.zone, 'YYYY-MM-DD')
            WHEN 'month' THEN to_char(r.received_at AT TIME ZONE statistics_by.zone, 'YYYY-MM')
        END AS raw,
        0 AS received,
        0 AS closed,
        0 AS overdue,
        0 AS on_time,
        0 AS solved,
        0 AS judged,
        0 AS microseconds,
        count(*) AS rated,
        sum(r.score) AS scores
    FROM rated AS r
    LEFT JOIN work.ticket_private AS p ON r.ticket_id = p.ticket_id AND statistics_by.by IN ('post', 'department')
    GROUP BY held_path, raw
),

counted AS MATERIALIZED (
    SELECT
        row_number() OVER () AS n,
        s.*
    FROM summed AS s
),

held AS MATERIALIZED (
    SELECT DISTINCT ON (c.n)
        c.n,
        l.area_id
    FROM counted AS c
    CROSS JOIN LATERAL unnest(c.held_path) WITH ORDINALITY AS e (area_id, position)
    INNER JOIN listed AS l ON e.area_id = l.area_id
    WHERE c.held_path IS NOT NULL
    ORDER BY c.n, e.position
),

keyed AS MATERIALIZED (
    SELECT
        CASE statistics_by.by
            WHEN 'area' THEN coalesce(h.area_id::text, c.raw)
            WHEN 'category' THEN k.path[(SELECT d.above FROM depth AS d) + 1]
            ELSE c.raw
        END AS key,
        c.received,
        c.closed,
        c.overdue,
        c.on_time,
        c.solved,
        c.judged,
        c.microseconds,
        c.rated,
        c.scores
    FROM counted AS c
    LEFT JOIN held AS h ON c.n = h.n
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
        0 AS microseconds,
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
        0 AS microseconds,
        0 AS rated,
        0 AS scores
    FROM work.category AS k
    WHERE statistics_by.by = 'category' AND coalesce(k.parent, '') = statistics_by.category
)

SELECT
    s.key,
    s.is_total,
    s.received,
    s.closed,
    s.received - s.closed AS open,
    s.overdue,
    s.on_time,
    s.solved AS solved_in_grid,
    s.rated,
    app.millionths(s.closed, s.received) AS closing_rate,
    app.millionths(s.on_time, s.closed + s.overdue) AS on_time_rate,
    app.millionths(s.solved, s.judged) AS solved_in_grid_rate,
    round(s.microseconds / 3600000000 / nullif(s.closed, 0), 3)::double precision AS hours_to_close,
    round(s.scores / nullif(s.rated, 0), 3)::double precision AS rating
FROM (
    SELECT
        k.key,
        grouping(k.key) = 1 AS is_total,
        coalesce(sum(k.received), 0)::bigint AS received,
        coalesce(sum(k.closed), 0)::bigint AS closed,
        coalesce(sum(k.overdue), 0)::bigint AS overdue,
        coalesce(sum(k.on_time), 0)::bigint AS on_time,
        coalesce(sum(k.solved), 0)::bigint AS solved,
        coalesce(sum(k.judged), 0)::bigint AS judged,
        coalesce(sum(k.rated), 0)::bigint AS rated,
        sum(k.microseconds) AS microseconds,
        sum(k.scores)::numeric AS scores
    FROM keyed AS k
    GROUP BY GROUPING SETS ((k.key), ())
) AS s;
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
