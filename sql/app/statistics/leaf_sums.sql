CREATE FUNCTION app.leaf_sums(
    network text, area_id bigint, category text, received_from timestamptz, received_to timestamptz, at timestamptz,
    has_paths boolean DEFAULT true
)
RETURNS TABLE (
    path bigint [], area_version_id bigint, received bigint, closed bigint, overdue bigint, on_time bigint,
    solved bigint, judged bigint, microseconds numeric
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
-- Without paths, a version has one row and no path: rows are grouped by a number.
DECLARE
    starts timestamptz := coalesce(received_from, '-infinity');
    stops timestamptz := least(received_to, leaf_sums.at + interval '1 microsecond');
    kept record;
BEGIN
    SELECT k.* INTO kept FROM app.kept_time('month', 'UTC', starts, stops) AS k
    WHERE leaf_sums.category = '';  -- sums of leaves are of all categories together
    RETURN QUERY
    SELECT s.path, s.area_version_id, sum(s.received), sum(s.closed), sum(s.overdue), sum(s.on_time), sum(s.solved),
           sum(s.judged), sum(s.microseconds)
    FROM (
        SELECT CASE WHEN leaf_sums.has_paths OR k.area_version_id IS NULL THEN k.path END AS path,
               k.area_version_id, k.received, k.closed, k.overdue, k.on_time, k.solved, k.judged, k.microseconds
        FROM app.kept_spans(kept.kept_from, kept.kept_to, true) AS p
        JOIN work.leaf_sum AS k ON k.network = leaf_sums.network AND k.span = p.span
            AND k.starts >= p.starts AND k.starts < p.stops
        WHERE leaf_sums.area_id = 0 OR k.path @> ARRAY[leaf_sums.area_id]
        UNION ALL
        SELECT CASE WHEN leaf_sums.has_paths OR u.area_version_id IS NULL THEN u.path END,
               u.area_version_id, u.received, u.closed, u.overdue, u.on_time, u.solved, u.judged, u.microseconds
        FROM app.uncounted(leaf_sums.network, leaf_sums.area_id, leaf_sums.category, starts, stops,
                           coalesce(kept.kept_from, starts), coalesce(kept.kept_to, starts), leaf_sums.at) AS u
    ) AS s
    GROUP BY s.path, s.area_version_id
    HAVING sum(s.received) > 0;
END $$;
COMMENT ON FUNCTION app.leaf_sums(text, bigint, text, timestamptz, timestamptz, timestamptz, boolean) IS
'Of the tickets received from..to in an area''s subtree (0: everywhere), as they stood at an instant: how many closed, '
'overdue, in time, by path and version of the grid, or by version alone. From kept sums';
GRANT EXECUTE ON FUNCTION app.leaf_sums(text, bigint, text, timestamptz, timestamptz, timestamptz, boolean)
TO gisgrid_service, gisgrid_viewer;
