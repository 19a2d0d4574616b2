CREATE FUNCTION app.post_records(
    area_id bigint, network text, received_from timestamptz, received_to timestamptz, at timestamptz
)
RETURNS TABLE (
    person_id bigint, name text, role text, level text, kind text, areas text [],
    received bigint, closed bigint, overdue bigint, on_time bigint, hours double precision, carried bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- A record is kept by person and role, not by post, so it goes on when a redraw transfers the post to another grid.
-- A post that nobody holds has a record of its own. Only rows that the caller may see. A ticket counts for the post
-- that has it now, in the state of `at`.
WITH post AS MATERIALIZED (
    SELECT
        p.post_id,
        p.person_id,
        h.name,
        p.role,
        a.level,
        a.kind,
        a.code,
        CASE WHEN p.person_id IS NULL THEN p.post_id END AS vacant_id,
        p.valid_from <= post_records.at AND p.valid_to > post_records.at AS is_held
    FROM core.post AS p
    INNER JOIN core.area AS a ON p.area_id = a.area_id
    LEFT JOIN core.person AS h ON p.person_id = h.person_id
    WHERE a.network = post_records.network AND (post_records.area_id = 0 OR p.path @> ARRAY[post_records.area_id])
),

stood AS MATERIALIZED (
    -- Did a ticket stand otherwise at that instant than now?
    SELECT
        EXISTS (SELECT FROM work.former_state AS f WHERE f.recorded_to > post_records.at)
        OR EXISTS (SELECT FROM app.former_path_then(post_records.at, NULL)) AS otherwise
),

cohort AS (
    SELECT
        p.post_id,
        t.received_at,
        t.due_at,
        CASE WHEN t.closed_at <= post_records.at THEN t.closed_at END AS closed_at
    FROM work.ticket_private AS p
    INNER JOIN work.ticket AS t ON p.ticket_id = t.ticket_id
    WHERE p.post_id IS NOT NULL AND t.received_at <= post_records.at AND NOT (SELECT s.otherwise FROM stood AS s)
    UNION ALL
    SELECT
        p.post_id,
        t.received_at,
        t.due_at,
        t.closed_at
    FROM app.tickets_then(0, post_records.at) AS t
    INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
    WHERE p.post_id IS NOT NULL AND (SELECT s.otherwise FROM stood AS s)
),

counted AS MATERIALIZED (
    SELECT
        t.post_id,
        count(*) AS received,
        count(t.closed_at) AS closed,
        count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= post_records.at) AS overdue,
        count(*) FILTER (WHERE t.closed_at <= t.due_at) AS on_time,
        extract(EPOCH FROM sum(t.closed_at - t.received_at)) / 3600 AS hours
    FROM cohort AS t
    WHERE
        t.received_at >= coalesce(post_records.received_from, '-infinity')
        AND t.received_at < coalesce(post_records.received_to, 'infinity')
    GROUP BY t.post_id
)

SELECT
    p.person_id,
    max(p.name) AS name,
    p.role,
    p.level,
    p.kind,
    array_agg(DISTINCT p.code ORDER BY p.code) FILTER (WHERE p.is_held) AS areas,
    coalesce(sum(c.received), 0)::bigint AS received,
    coalesce(sum(c.closed), 0)::bigint AS closed,
    coalesce(sum(c.overdue), 0)::bigint AS overdue,
    coalesce(sum(c.on_time), 0)::bigint AS on_time,
    coalesce(sum(c.hours), 0)::double precision AS hours,
    coalesce(sum(c.received) FILTER (WHERE NOT p.is_held), 0)::bigint AS carried
FROM post AS p
INNER JOIN core.post_role AS r ON p.role = r.role
LEFT JOIN counted AS c ON p.post_id = c.post_id
GROUP BY p.person_id, p.vacant_id, p.role, p.level, p.kind, r.takes_reports
HAVING bool_or(p.is_held) AND (r.takes_reports OR sum(c.received) > 0);
END;
COMMENT ON FUNCTION app.post_records(bigint, text, timestamptz, timestamptz, timestamptz) IS
'For each holder of a post at an instant, the tickets received from..to; carried: those of posts that the person held '
'before in the same role and kind of area';
GRANT EXECUTE ON FUNCTION
app.post_records(bigint, text, timestamptz, timestamptz, timestamptz)
TO gisgrid_service;
