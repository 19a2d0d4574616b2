-- Long because what kept sums do not say comes from four sides, in one snapshot.
CREATE FUNCTION app.uncounted(
    network text,
    area_id bigint,
    category text,
    starts timestamptz,
    stops timestamptz,
    kept_from timestamptz,
    kept_to timestamptz,
    at timestamptz
)
RETURNS TABLE (
    path bigint [], area_version_id bigint, category text, source text, received_at timestamptz,
    received integer, closed integer, overdue integer, on_time integer, solved integer, judged integer,
    microseconds bigint
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- What is not added up yet; tickets received between the asked time and the kept one, added or taken away; and tickets
-- that stood otherwise at `at` than now: the present facts taken away, the former ones added. Of "now" these are few.
-- Ranges have both ends, because the planner takes an open one for a third of the table.
WITH known AS MATERIALIZED (
    SELECT k.overdue_at FROM work.counter_time AS k
),

moved AS MATERIALIZED (
    SELECT f.* FROM app.former_path_then(uncounted.at, NULL) AS f
),

changed AS MATERIALIZED (
    SELECT DISTINCT ON (f.ticket_id)
        f.ticket_id,
        f.closed_at,
        f.due_at,
        f.solved_in_grid
    FROM work.former_state AS f
    WHERE f.recorded_to > uncounted.at
    ORDER BY f.ticket_id, f.former_state_id
),

odd AS MATERIALIZED (
    SELECT m.ticket_id FROM moved AS m
    UNION
    SELECT c.ticket_id FROM changed AS c
    UNION
    SELECT t.ticket_id
    FROM work.ticket AS t
    WHERE
        t.closed_at > uncounted.at AND t.closed_at <= 'infinity'
        AND t.received_at >= uncounted.starts AND t.received_at < uncounted.stops
    UNION
    SELECT t.ticket_id
    FROM work.ticket AS t
    WHERE
        t.closed_at IS NULL
        AND t.due_at > least((SELECT k.overdue_at FROM known AS k), uncounted.at)
        AND t.due_at <= greatest((SELECT k.overdue_at FROM known AS k), uncounted.at)
        AND t.received_at >= uncounted.starts AND t.received_at < uncounted.stops
),

beside AS MATERIALIZED (
    -- Looked up one by one (OFFSET 0): the planner takes them for many and would read all tickets.
    SELECT t.*
    FROM odd AS o
    CROSS JOIN LATERAL (
        SELECT
            x.ticket_id,
            x.network,
            x.path,
            x.area_version_id,
            x.category,
            x.source,
            x.received_at,
            x.closed_at,
            x.due_at,
            x.solved_in_grid
        FROM work.ticket AS x
        WHERE x.ticket_id = o.ticket_id OFFSET 0
    ) AS t
    WHERE t.received_at >= uncounted.starts AND t.received_at < uncounted.stops AND t.network = uncounted.network
),

signed AS (
    SELECT
        c.tickets::integer AS sign,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
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
    WHERE c.received_at >= uncounted.kept_from AND c.received_at < uncounted.kept_to
    UNION ALL
    SELECT
        r.sign,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
        t.network,
        t.path,
        t.area_version_id,
        t.category,
        t.source,
        t.received_at,
        t.closed_at,
        t.due_at,
        t.solved_in_grid
    FROM (VALUES
        (1, uncounted.starts, least(uncounted.kept_from, uncounted.stops)),
        (1, greatest(uncounted.kept_to, uncounted.starts), uncounted.stops),
        (-1, uncounted.kept_from, uncounted.starts),
        (-1, uncounted.stops, uncounted.kept_to)
    ) AS r (sign, starts, stops)
    INNER JOIN work.ticket AS t ON t.received_at >= r.starts AND t.received_at < r.stops
    UNION ALL
    SELECT
        -1,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
        t.network,
        t.path,
        t.area_version_id,
        t.category,
        t.source,
        t.received_at,
        t.closed_at,
        t.due_at,
        t.solved_in_grid
    FROM beside AS t
    UNION ALL
    SELECT
        1,
        uncounted.at,
        t.network,
        CASE WHEN m.ticket_id IS NULL THEN t.path ELSE m.path END AS path,
        CASE WHEN m.ticket_id IS NULL THEN t.area_version_id ELSE m.area_version_id END AS area_version_id,
        t.category,
        t.source,
        t.received_at,
        CASE WHEN s.closed_at <= uncounted.at THEN s.closed_at END AS closed_at,
        s.due_at,
        s.solved_in_grid
    FROM beside AS t
    LEFT JOIN moved AS m ON t.ticket_id = m.ticket_id
    LEFT JOIN changed AS c ON t.ticket_id = c.ticket_id
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN c.ticket_id IS NULL THEN t.closed_at ELSE c.closed_at END AS closed_at,
            CASE WHEN c.ticket_id IS NULL THEN t.due_at ELSE c.due_at END AS due_at,
            CASE WHEN c.ticket_id IS NULL THEN t.solved_in_grid ELSE c.solved_in_grid END AS solved_in_grid
    ) AS s
)

SELECT
    s.path,
    s.area_version_id,
    s.category,
    s.source,
    s.received_at,
    s.sign,
    s.sign * (s.closed_at IS NOT NULL)::integer,
    s.sign * (s.closed_at IS NULL AND s.due_at <= s.due_by)::integer,
    s.sign * (s.closed_at IS NOT NULL AND s.closed_at <= s.due_at)::integer,
    s.sign * (s.closed_at IS NOT NULL AND coalesce(s.solved_in_grid, false))::integer,
    s.sign * (s.closed_at IS NOT NULL AND s.solved_in_grid IS NOT NULL)::integer,
    s.sign * app.microseconds_to_close(s.received_at, s.closed_at)
FROM signed AS s
WHERE
    s.network = uncounted.network
    AND (uncounted.area_id = 0 OR s.path @> ARRAY[uncounted.area_id])
    AND (
        uncounted.category = ''
        OR s.category IN (SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[uncounted.category])
    );
END;
COMMENT ON FUNCTION app.uncounted(
    text, bigint, text, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz
) IS
'What is to be added to kept sums of kept_from..kept_to, negative or positive, so that they are those of the tickets '
'received starts..stops in an area''s subtree, as they stood at an instant';
