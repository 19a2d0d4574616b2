-- Long because what kept sums do not say comes from four sides, in one snapshot.
CREATE FUNCTION app.uncounted_of_posts(
    network text,
    area_id bigint,
    starts timestamptz,
    stops timestamptz,
    kept_from timestamptz,
    kept_to timestamptz,
    at timestamptz
)
RETURNS TABLE (
    seen_on bigint [], is_called boolean, post_id bigint, department text, received integer, closed integer,
    overdue integer, on_time integer, solved integer, judged integer, microseconds bigint
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- As app.uncounted, with whose the tickets are now. Also those to which the caller's department was called: no path and
-- no department of theirs says that it may see them.
WITH known AS MATERIALIZED (
    SELECT k.posts_overdue_at AS overdue_at FROM work.counter_time AS k
),

moved AS MATERIALIZED (
    SELECT f.* FROM app.former_path_then(uncounted_of_posts.at, NULL) AS f
),

changed AS MATERIALIZED (
    SELECT DISTINCT ON (f.ticket_id)
        f.ticket_id,
        f.closed_at,
        f.due_at,
        f.solved_in_grid
    FROM work.former_state AS f
    WHERE f.recorded_to > uncounted_of_posts.at
    ORDER BY f.ticket_id, f.former_state_id
),

called AS MATERIALIZED (
    SELECT c.ticket_id FROM unnest(app.called_to()) AS c (ticket_id)
),

odd AS MATERIALIZED (
    SELECT m.ticket_id FROM moved AS m
    UNION
    SELECT c.ticket_id FROM changed AS c
    UNION
    SELECT c.ticket_id FROM called AS c
    UNION
    SELECT t.ticket_id
    FROM work.ticket AS t
    WHERE
        t.closed_at > uncounted_of_posts.at AND t.closed_at <= 'infinity'
        AND t.received_at >= uncounted_of_posts.starts AND t.received_at < uncounted_of_posts.stops
    UNION
    SELECT t.ticket_id
    FROM work.ticket AS t
    WHERE
        t.closed_at IS NULL
        AND t.due_at > least((SELECT k.overdue_at FROM known AS k), uncounted_of_posts.at)
        AND t.due_at <= greatest((SELECT k.overdue_at FROM known AS k), uncounted_of_posts.at)
        AND t.received_at >= uncounted_of_posts.starts AND t.received_at < uncounted_of_posts.stops
),

beside AS MATERIALIZED (
    -- Looked up one by one (OFFSET 0): the planner takes them for many and would read all tickets.
    SELECT
        t.*,
        p.path AS seen_on,
        p.post_id,
        p.department
    FROM odd AS o
    CROSS JOIN LATERAL (
        SELECT
            x.ticket_id,
            x.network,
            x.path,
            x.received_at,
            x.closed_at,
            x.due_at,
            x.solved_in_grid
        FROM work.ticket AS x
        WHERE x.ticket_id = o.ticket_id OFFSET 0
    ) AS t
    LEFT JOIN LATERAL (
        SELECT
            x.path,
            x.post_id,
            x.department
        FROM work.ticket_private AS x
        WHERE x.ticket_id = o.ticket_id OFFSET 0
    ) AS p ON true
    WHERE t.received_at >= uncounted_of_posts.starts AND t.received_at < uncounted_of_posts.stops
),

edge AS (
    SELECT
        r.sign,
        t.network,
        t.path,
        p.path AS seen_on,
        p.post_id,
        p.department,
        t.received_at,
        t.closed_at,
        t.due_at,
        t.solved_in_grid
    FROM (VALUES
        (1, uncounted_of_posts.starts, least(uncounted_of_posts.kept_from, uncounted_of_posts.stops)),
        (1, greatest(uncounted_of_posts.kept_to, uncounted_of_posts.starts), uncounted_of_posts.stops),
        (-1, uncounted_of_posts.kept_from, uncounted_of_posts.starts),
        (-1, uncounted_of_posts.stops, uncounted_of_posts.kept_to)
    ) AS r (sign, starts, stops)
    INNER JOIN work.ticket AS t ON t.received_at >= r.starts AND t.received_at < r.stops
    LEFT JOIN LATERAL (
        SELECT
            x.path,
            x.post_id,
            x.department
        FROM work.ticket_private AS x
        WHERE x.ticket_id = t.ticket_id OFFSET 0
    ) AS p ON true
),

signed AS (
    SELECT
        c.sign,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
        false AS is_called,
        c.network,
        c.path,
        coalesce(c.seen_on, c.path) AS seen_on,
        c.post_id,
        c.department,
        c.received_at,
        c.closed_at,
        c.due_at,
        c.solved_in_grid
    FROM app.not_in_post_sums(9223372036854775807) AS c
    WHERE c.received_at >= uncounted_of_posts.kept_from AND c.received_at < uncounted_of_posts.kept_to
    UNION ALL
    SELECT
        t.sign,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
        false AS is_called,
        t.network,
        t.path,
        t.seen_on,
        t.post_id,
        t.department,
        t.received_at,
        t.closed_at,
        t.due_at,
        t.solved_in_grid
    FROM edge AS t
    UNION ALL
    SELECT
        -1,
        (SELECT k.overdue_at FROM known AS k) AS due_by,
        false AS is_called,
        t.network,
        t.path,
        t.seen_on,
        t.post_id,
        t.department,
        t.received_at,
        t.closed_at,
        t.due_at,
        t.solved_in_grid
    FROM beside AS t
    UNION ALL
    SELECT
        1,
        uncounted_of_posts.at,
        t.ticket_id IN (SELECT w.ticket_id FROM called AS w) AS is_called,
        t.network,
        CASE WHEN m.ticket_id IS NULL THEN t.path ELSE m.path END AS path,
        t.seen_on,
        t.post_id,
        t.department,
        t.received_at,
        CASE WHEN s.closed_at <= uncounted_of_posts.at THEN s.closed_at END AS closed_at,
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
    s.seen_on,
    s.is_called,
    s.post_id,
    s.department,
    s.sign,
    s.sign * (s.closed_at IS NOT NULL)::integer,
    s.sign * (s.closed_at IS NULL AND s.due_at <= s.due_by)::integer,
    s.sign * (s.closed_at IS NOT NULL AND s.closed_at <= s.due_at)::integer,
    s.sign * (s.closed_at IS NOT NULL AND coalesce(s.solved_in_grid, false))::integer,
    s.sign * (s.closed_at IS NOT NULL AND s.solved_in_grid IS NOT NULL)::integer,
    s.sign * app.microseconds_to_close(s.received_at, s.closed_at)
FROM signed AS s
WHERE
    (uncounted_of_posts.network IS NULL OR s.network = uncounted_of_posts.network)
    AND (uncounted_of_posts.area_id = 0 OR s.path @> ARRAY[uncounted_of_posts.area_id]);
END;
COMMENT ON FUNCTION app.uncounted_of_posts(
    text, bigint, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz
) IS
'What is to be added to sums of posts of kept_from..kept_to, negative or positive, so that they are those of the tickets '
'received starts..stops in an area''s subtree, as they stood at an instant; network null: of all networks';
