CREATE FUNCTION app.key_sums(
    by text,
    network text,
    area_id bigint,
    category text,
    received_from timestamptz,
    received_to timestamptz,
    at timestamptz,
    zone text,
    areas bigint [] DEFAULT '{}'
)
RETURNS TABLE (
    key text, received bigint, closed bigint, overdue bigint, on_time bigint, solved bigint, judged bigint,
    microseconds numeric
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
-- By category, source, and area (`areas`: all of one level above the grids, so that a path holds one of them at most) from
-- months; by day and month from days of the district. Nothing is kept of a grid by key, of a category by day, nor of days
-- of another zone: these tickets are counted one by one.
DECLARE
    starts timestamptz := coalesce(received_from, '-infinity');
    stops timestamptz := least(received_to, key_sums.at + interval '1 microsecond');
    is_grid boolean := EXISTS (
        SELECT FROM core.area AS a WHERE a.area_id = key_sums.area_id AND a.level = 'grid');
    whole record;
    days record;
BEGIN
    SELECT k.* INTO whole FROM app.kept_time('month', 'UTC', starts, stops) AS k
    WHERE key_sums.by IN ('category', 'source', 'area') AND NOT is_grid;
    SELECT k.* INTO days FROM app.kept_time('day', key_sums.zone, starts, stops) AS k
    WHERE key_sums.by IN ('day', 'month') AND NOT is_grid AND key_sums.category = ''
      AND key_sums.zone = (SELECT t.zone FROM work.counter_time AS t);
    RETURN QUERY
    SELECT s.key, sum(s.received), sum(s.closed), sum(s.overdue), sum(s.on_time), sum(s.solved), sum(s.judged),
           sum(s.microseconds)
    FROM (
        SELECT CASE key_sums.by WHEN 'category' THEN k.category WHEN 'source' THEN k.source END AS key,
               k.received, k.closed, k.overdue, k.on_time, k.solved, k.judged, k.microseconds
        FROM app.kept_spans(whole.kept_from, whole.kept_to) AS p
        JOIN work.area_sum AS k ON k.area_id = key_sums.area_id AND k.network = key_sums.network AND k.span = p.span
            AND k.starts >= p.starts AND k.starts < p.stops
        WHERE key_sums.category = '' OR k.category IN (
            SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[key_sums.category])
        UNION ALL
        -- Of each listed area; taken away from those without one, which the whole area gave above.
        SELECT x.key, x.sign * k.received, x.sign * k.closed, x.sign * k.overdue, x.sign * k.on_time, x.sign * k.solved,
               x.sign * k.judged, x.sign * k.microseconds
        FROM app.kept_spans(whole.kept_from, whole.kept_to) AS p
        JOIN work.area_sum AS k ON k.area_id = ANY(key_sums.areas) AND k.network = key_sums.network AND k.span = p.span
            AND k.starts >= p.starts AND k.starts < p.stops
        CROSS JOIN LATERAL (VALUES (1, k.area_id::text), (-1, NULL)) AS x (sign, key)
        WHERE key_sums.by = 'area' AND (key_sums.category = '' OR k.category IN (
            SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[key_sums.category]))
        UNION ALL
        SELECT to_char(k.day, CASE key_sums.by WHEN 'day' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM' END),
               k.received, k.closed, k.overdue, k.on_time, k.solved, k.judged, k.microseconds
        FROM work.day_sum AS k
        WHERE k.area_id = key_sums.area_id AND k.network = key_sums.network
          AND k.day >= (days.kept_from AT TIME ZONE key_sums.zone)::date
          AND k.day < (days.kept_to AT TIME ZONE key_sums.zone)::date
        UNION ALL
        SELECT CASE key_sums.by
                   WHEN 'area' THEN (SELECT e.id::text FROM unnest(u.path) AS e (id) WHERE e.id = ANY(key_sums.areas))
                   WHEN 'category' THEN u.category
                   WHEN 'source' THEN u.source
                   WHEN 'day' THEN to_char(u.received_at AT TIME ZONE key_sums.zone, 'YYYY-MM-DD')
                   WHEN 'month' THEN to_char(u.received_at AT TIME ZONE key_sums.zone, 'YYYY-MM')
               END,
               u.received, u.closed, u.overdue, u.on_time, u.solved, u.judged, u.microseconds
        FROM app.uncounted(
            key_sums.network, key_sums.area_id, key_sums.category, starts, stops,
            coalesce(whole.kept_from, days.kept_from, starts), coalesce(whole.kept_to, days.kept_to, starts),
            key_sums.at) AS u
    ) AS s
    GROUP BY s.key
    HAVING sum(s.received) > 0;
END $$;
COMMENT ON FUNCTION app.key_sums(text, text, bigint, text, timestamptz, timestamptz, timestamptz, text, bigint []) IS
'Of the tickets received from..to in an area''s subtree (0: everywhere), as they stood at an instant: how many closed, '
'overdue, in time, by area, category, source, day or month. From kept sums';
GRANT EXECUTE ON FUNCTION app.key_sums(text, text, bigint, text, timestamptz, timestamptz, timestamptz, text, bigint [])
TO gisgrid_service;
