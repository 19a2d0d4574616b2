CREATE FUNCTION app.recount_days() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Of all tickets, without what is not added up yet: that is added later, to these days as to the others.
DECLARE
    known timestamptz := (SELECT k.overdue_at FROM work.counter_time AS k);
    days_of text := (SELECT d.zone FROM core.deployment AS d);
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    DELETE FROM work.day_sum;
    INSERT INTO work.day_sum (network, area_id, day, received, closed, overdue, on_time, solved, judged, microseconds)
    SELECT f.network, e.area_id, (f.received_at AT TIME ZONE days_of)::date, sum(f.n),
           coalesce(sum(f.n) FILTER (WHERE f.closed_at IS NOT NULL), 0),
           coalesce(sum(f.n) FILTER (WHERE f.closed_at IS NULL AND f.due_at <= known), 0),
           coalesce(sum(f.n) FILTER (WHERE f.closed_at <= f.due_at), 0),
           coalesce(sum(f.n) FILTER (WHERE f.closed_at IS NOT NULL AND f.solved_in_grid), 0),
           coalesce(sum(f.n) FILTER (WHERE f.closed_at IS NOT NULL AND f.solved_in_grid IS NOT NULL), 0),
           sum(f.n * app.microseconds_to_close(f.received_at, f.closed_at))
    FROM (
        SELECT 1 AS n, t.network, t.path, t.area_version_id, t.received_at, t.closed_at, t.due_at, t.solved_in_grid
        FROM work.ticket AS t
        UNION ALL
        SELECT -c.tickets, c.network, c.path, c.area_version_id, c.received_at, c.closed_at, c.due_at, c.solved_in_grid
        FROM work.counter_change AS c WHERE c.received_at IS NOT NULL
    ) AS f
    CROSS JOIN LATERAL unnest(f.path[1:cardinality(f.path) - (f.area_version_id IS NOT NULL)::integer]) AS e (area_id)
    GROUP BY f.network, e.area_id, (f.received_at AT TIME ZONE days_of)::date;
    UPDATE work.counter_time SET zone = days_of;
END $$;
COMMENT ON FUNCTION app.recount_days() IS 'Count the sums a day again, by days of the district''s present zone';
