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

counted AS MATERIALIZED (
    -- Hours as the sum of intervals gave them, to the last digit.
    SELECT
        s.key::bigint AS post_id,
        s.received,
        s.closed,
        s.overdue,
        s.on_time,
        round(s.microseconds / 1000000, 6) / 3600 AS hours
    FROM app.post_sums(
        'post', NULL, 0, post_records.received_from, post_records.received_to, post_records.at
    ) AS s
    WHERE s.key IS NOT NULL
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
