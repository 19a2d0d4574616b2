CREATE FUNCTION app.counters(
    area_id bigint, at timestamptz, zone text, due_soon interval
)
RETURNS TABLE (
    total bigint, done bigint, open bigint, today bigint, due_soon bigint, overdue bigint, unplaced bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- One pass over the tickets of the area's subtree. Unplaced: held by none of the children that exist at that date.
WITH child AS (
    SELECT v.area_id
    FROM app.area_at(counters.at) AS v
    WHERE v.parent_id = counters.area_id OR (counters.area_id = 0 AND v.parent_id IS NULL)
),

place AS (
    SELECT NOT EXISTS (
        SELECT FROM core.area AS a WHERE a.area_id = counters.area_id AND a.level = 'grid'
    ) AS has_children, coalesce(array_agg(c.area_id), '{}') AS children
    FROM child AS c
)

SELECT
    count(*) AS total,
    count(*) FILTER (WHERE t.closed_at <= counters.at) AS done,
    count(*) FILTER (WHERE (t.closed_at <= counters.at) IS NOT TRUE) AS open,
    count(*) FILTER (
        WHERE (t.received_at AT TIME ZONE counters.zone)::date = (counters.at AT TIME ZONE counters.zone)::date
    ) AS today,
    count(*) FILTER (
        WHERE (t.closed_at <= counters.at) IS NOT TRUE
        AND t.due_at > counters.at AND t.due_at <= counters.at + counters.due_soon
    ) AS due_soon,
    count(*) FILTER (WHERE (t.closed_at <= counters.at) IS NOT TRUE AND t.due_at <= counters.at) AS overdue,
    count(*) FILTER (WHERE p.has_children AND NOT t.path && p.children) AS unplaced
FROM work.ticket AS t
CROSS JOIN place AS p
WHERE t.path @> ARRAY[counters.area_id] AND t.received_at <= counters.at;
END;
COMMENT ON FUNCTION app.counters(bigint, timestamptz, text, interval) IS
'How do the tickets of an area stand now (at)? total = the children''s totals + unplaced, always; area 0 = all';
