CREATE FUNCTION app.post_sums(
    by text, network text, area_id bigint, received_from timestamptz, received_to timestamptz, at timestamptz
)
RETURNS TABLE (
    key text, received bigint, closed bigint, overdue bigint, on_time bigint, solved bigint, judged bigint,
    microseconds numeric
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
-- The caller is shown whose a ticket is as the row policy of work.ticket_private says (private_is_seen_in_scope), and the
-- owner, whom no policy binds, everything. So the sums of two callers differ in their keys only, never in their total.
DECLARE
    starts timestamptz := coalesce(received_from, '-infinity');
    stops timestamptz := least(received_to, post_sums.at + interval '1 microsecond');
    asking text := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END;
    sees_all boolean := pg_has_role(asking, 'gisgrid_owner', 'USAGE');
    seen bigint [] := coalesce(app.service_private_scope(), '{}');
    mine text := app.scope_department();
    kept record;
BEGIN
    SELECT k.* INTO kept FROM app.kept_time('month', 'UTC', starts, stops) AS k;
    RETURN QUERY
    SELECT coalesce(s.post_id::text, s.department), sum(s.received), sum(s.closed), sum(s.overdue), sum(s.on_time),
           sum(s.solved), sum(s.judged), sum(s.microseconds)
    FROM (
        SELECT CASE WHEN v.is_seen AND post_sums.by = 'post' THEN k.post_id END AS post_id,
               CASE WHEN v.is_seen AND post_sums.by = 'department' THEN k.department END AS department,
               k.received, k.closed, k.overdue, k.on_time, k.solved, k.judged, k.microseconds
        FROM app.kept_spans(kept.kept_from, kept.kept_to, true) AS p
        JOIN work.post_sum AS k ON k.span = p.span AND k.starts >= p.starts AND k.starts < p.stops
        CROSS JOIN LATERAL (
            SELECT sees_all OR coalesce(k.seen_on, k.path) && seen OR k.department = mine AS is_seen) AS v
        WHERE (post_sums.network IS NULL OR k.network = post_sums.network)
          AND (post_sums.area_id = 0 OR k.path @> ARRAY[post_sums.area_id])
        UNION ALL
        SELECT CASE WHEN v.is_seen AND post_sums.by = 'post' THEN u.post_id END,
               CASE WHEN v.is_seen AND post_sums.by = 'department' THEN u.department END,
               u.received, u.closed, u.overdue, u.on_time, u.solved, u.judged, u.microseconds
        FROM app.uncounted_of_posts(post_sums.network, post_sums.area_id, starts, stops, kept.kept_from, kept.kept_to,
                                    post_sums.at) AS u
        CROSS JOIN LATERAL (
            SELECT sees_all OR u.is_called OR u.seen_on && seen OR u.department = mine AS is_seen) AS v
    ) AS s
    GROUP BY s.post_id, s.department
    HAVING sum(s.received) > 0;
END $$;
COMMENT ON FUNCTION app.post_sums(text, text, bigint, timestamptz, timestamptz, timestamptz) IS
'Of the tickets received from..to in an area''s subtree (0: everywhere), as they stood at an instant: how many closed, '
'overdue, in time, by the post or department that has them now, as far as the caller may see it; key null: nobody, and '
'what the caller may not see. Network null: all networks. From kept sums';
GRANT EXECUTE ON FUNCTION app.post_sums(text, text, bigint, timestamptz, timestamptz, timestamptz) TO gisgrid_service;
