CREATE FUNCTION app.tickets_then(area_id bigint, at timestamptz, as_recorded timestamptz DEFAULT NULL)
RETURNS TABLE (ticket_id bigint, path bigint [], is_closed boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
-- Where each ticket of an area's subtree stood at an instant, as far as was recorded by then: on the area to which the
-- last event until then gave it, under the areas that lay above that one. Of what came later nothing is known, neither
-- that it moved nor that it was opened again. Only what moved since is looked up in its history.
DECLARE
    known timestamptz := least(tickets_then.at, tickets_then.as_recorded, clock_timestamp());
BEGIN
    RETURN QUERY
    WITH leaf AS MATERIALIZED (
        SELECT v.area_id, v.path FROM app.area_at(tickets_then.at, tickets_then.as_recorded) AS v
    ), since AS MATERIALIZED (
        SELECT DISTINCT e.ticket_id FROM work.event AS e
        WHERE e.action IN ('moved', 'replaced', 'reopened', 'unmerged') AND e.at > known
    ), near AS (
        SELECT t.ticket_id, t.path FROM work.ticket AS t WHERE t.path @> ARRAY[tickets_then.area_id]
        UNION
        SELECT t.ticket_id, t.path FROM leaf AS v JOIN work.ticket AS t ON t.area_id = v.area_id
        WHERE v.path @> ARRAY[tickets_then.area_id]
    ), held AS (
        SELECT n.ticket_id, n.path, false AS has_changed FROM near AS n
        WHERE n.ticket_id NOT IN (SELECT c.ticket_id FROM since AS c)
        UNION ALL
        SELECT c.ticket_id, e.path, true FROM since AS c CROSS JOIN LATERAL (
            SELECT x.path FROM work.event AS x WHERE x.ticket_id = c.ticket_id AND x.at <= known
            ORDER BY x.event_id DESC LIMIT 1) AS e
    ), stood AS (
        SELECT h.ticket_id, coalesce(v.path, h.path) AS path, h.has_changed
        FROM held AS h LEFT JOIN leaf AS v ON v.area_id = h.path[cardinality(h.path)]
    )
    SELECT s.ticket_id, s.path, coalesce(t.closed_at <= known, false) OR s.has_changed AND EXISTS (
        SELECT FROM work.event AS o WHERE o.ticket_id = s.ticket_id AND o.action IN ('reopened', 'unmerged')
          AND o.at > known AND (o.detail ->> 'closed_at')::timestamptz <= known)
    FROM stood AS s JOIN work.ticket AS t ON t.ticket_id = s.ticket_id
    WHERE s.path @> ARRAY[tickets_then.area_id] AND t.received_at <= known;
END $$;
COMMENT ON FUNCTION app.tickets_then(bigint, timestamptz, timestamptz) IS
'Which tickets stood in an area''s subtree at an instant, as was recorded by then; where, and whether closed';

CREATE FUNCTION app.counters_then(
    area_id bigint, at timestamptz, zone text, due_soon interval, as_recorded timestamptz DEFAULT NULL
)
RETURNS TABLE (
    total bigint, done bigint, open bigint, today bigint, due_soon bigint, overdue bigint, unplaced bigint
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- As app.counters, of another instant or state of knowledge. Dearer: it asks each ticket's history.
WITH child AS (
    SELECT v.area_id
    FROM app.area_at(counters_then.at, counters_then.as_recorded) AS v
    WHERE v.parent_id = counters_then.area_id OR (counters_then.area_id = 0 AND v.parent_id IS NULL)
),

place AS (
    SELECT NOT EXISTS (
        SELECT FROM core.area AS a WHERE a.area_id = counters_then.area_id AND a.level = 'grid'
    ) AS has_children, coalesce(array_agg(c.area_id), '{}') AS children
    FROM child AS c
)

SELECT
    count(*) AS total,
    count(*) FILTER (WHERE s.is_closed) AS done,
    count(*) FILTER (WHERE NOT s.is_closed) AS open,
    count(*) FILTER (
        WHERE (t.received_at AT TIME ZONE counters_then.zone)::date
        = (counters_then.at AT TIME ZONE counters_then.zone)::date
    ) AS today,
    count(*) FILTER (
        WHERE NOT s.is_closed
        AND t.due_at > counters_then.at AND t.due_at <= counters_then.at + counters_then.due_soon
    ) AS due_soon,
    count(*) FILTER (WHERE NOT s.is_closed AND t.due_at <= counters_then.at) AS overdue,
    count(*) FILTER (WHERE p.has_children AND NOT s.path && p.children) AS unplaced
FROM app.tickets_then(counters_then.area_id, counters_then.at, counters_then.as_recorded) AS s
INNER JOIN work.ticket AS t ON s.ticket_id = t.ticket_id
CROSS JOIN place AS p;
END;
COMMENT ON FUNCTION app.counters_then(bigint, timestamptz, text, interval, timestamptz) IS
'How did the tickets of an area stand at another instant, or as was recorded by then? Sums as of app.counters';
