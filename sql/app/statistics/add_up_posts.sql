CREATE FUNCTION app.add_up_posts(most integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
-- As app.add_up_counters, in one statement over one snapshot. A ticket is added up whole, so what is taken goes up to a
-- ticket. Which open ones have become overdue is known only once all changes are added up.
DECLARE
    known timestamptz;
    moment timestamptz := clock_timestamp();
    last bigint;
    added bigint;
    is_left boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    SELECT k.posts_overdue_at INTO known FROM work.counter_time AS k;
    SELECT max(c.ticket_id) INTO last
    FROM (SELECT x.ticket_id FROM work.post_change AS x ORDER BY x.ticket_id LIMIT most) AS c;
    last := CASE WHEN most IS NULL THEN 9223372036854775807 ELSE coalesce(last, 0) END;
    WITH rest AS MATERIALIZED (
        SELECT EXISTS (SELECT FROM work.post_change AS c WHERE c.ticket_id > last) AS is_left
    ), changed AS (
        DELETE FROM work.post_change AS c WHERE c.ticket_id <= last RETURNING 1
    ), fact AS (
        SELECT c.network, c.path, c.seen_on, c.post_id, c.department, c.received_at AT TIME ZONE 'UTC' AS month_of,
               c.sign AS received, c.sign * (c.closed_at IS NOT NULL)::integer AS closed,
               c.sign * (c.closed_at IS NULL AND c.due_at <= known)::integer AS overdue,
               c.sign * (c.closed_at IS NOT NULL AND c.closed_at <= c.due_at)::integer AS on_time,
               c.sign * (c.closed_at IS NOT NULL AND coalesce(c.solved_in_grid, false))::integer AS solved,
               c.sign * (c.closed_at IS NOT NULL AND c.solved_in_grid IS NOT NULL)::integer AS judged,
               c.sign * app.microseconds_to_close(c.received_at, c.closed_at) AS microseconds
        FROM app.not_in_post_sums(last) AS c
        UNION ALL
        SELECT t.network, t.path,
               CASE WHEN num_nonnulls(p.post_id, p.department) > 0 AND p.path <> t.path THEN p.path END,
               p.post_id, p.department, t.received_at AT TIME ZONE 'UTC', 0, 0, 1, 0, 0, 0, 0
        FROM work.ticket AS t
        LEFT JOIN LATERAL (
            SELECT x.path, x.post_id, x.department FROM work.ticket_private AS x
            WHERE x.ticket_id = t.ticket_id OFFSET 0) AS p ON true
        WHERE t.closed_at IS NULL AND t.due_at > known AND t.due_at <= moment AND NOT (SELECT r.is_left FROM rest AS r)
    ), kept AS (
        INSERT INTO work.post_sum AS k (span, starts, network, path, seen_on, post_id, department, received, closed,
                                        overdue, on_time, solved, judged, microseconds)
        SELECT s.span, CASE s.span WHEN 'ever' THEN '-infinity' ELSE date_trunc(s.span, f.month_of)::date END AS since,
               f.network, f.path, f.seen_on, f.post_id, f.department,
               sum(f.received), sum(f.closed), sum(f.overdue), sum(f.on_time), sum(f.solved), sum(f.judged),
               sum(f.microseconds)
        FROM fact AS f CROSS JOIN (VALUES ('month'), ('quarter'), ('year'), ('ever')) AS s (span)
        GROUP BY s.span, since, f.network, f.path, f.seen_on, f.post_id, f.department
        HAVING (sum(f.received), sum(f.closed), sum(f.overdue), sum(f.on_time), sum(f.solved), sum(f.judged),
                sum(f.microseconds)) <> (0, 0, 0, 0, 0, 0, 0)
        ON CONFLICT ON CONSTRAINT post_sum_is_one DO UPDATE SET
            received = k.received + excluded.received, closed = k.closed + excluded.closed,
            overdue = k.overdue + excluded.overdue, on_time = k.on_time + excluded.on_time,
            solved = k.solved + excluded.solved, judged = k.judged + excluded.judged,
            microseconds = k.microseconds + excluded.microseconds
    )
    SELECT count(*), (SELECT r.is_left FROM rest AS r) INTO added, is_left FROM changed;
    IF NOT is_left THEN
        UPDATE work.counter_time SET posts_overdue_at = moment;
    END IF;
    RETURN added;
END $$;
COMMENT ON FUNCTION app.add_up_posts(integer) IS
'Add to the kept sums of posts and departments what changed, some so many changes (null: all); returns how many. Tickets are '
'neither locked nor waited for';
