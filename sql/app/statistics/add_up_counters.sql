-- Long because counters and sums are added up by one statement over one snapshot.
CREATE FUNCTION app.add_up_counters(most integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One statement, so one snapshot: what was appended, and which open tickets have become overdue since the last time.
-- What is appended meanwhile stays for the next time and says itself when it is due. Where changes are left, no instant
-- is passed: which tickets it has made overdue is known only once all changes are added up.
DECLARE
    known timestamptz;
    days_of text;
    moment timestamptz := clock_timestamp();
    added bigint;
    is_left boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    IF (SELECT d.zone FROM core.deployment AS d) <> (SELECT k.zone FROM work.counter_time AS k) THEN
        PERFORM app.recount_days();
    END IF;
    SELECT k.overdue_at, k.zone INTO known, days_of FROM work.counter_time AS k;
    WITH rest AS (
        SELECT most IS NOT NULL AND EXISTS (SELECT FROM work.counter_change OFFSET most) AS is_left
    ), changed AS (
        DELETE FROM work.counter_change AS c
        WHERE c.ctid = ANY(ARRAY(SELECT p.ctid FROM work.counter_change AS p LIMIT most)) RETURNING *
    ), fact AS (
        SELECT c.path, c.network, c.area_version_id, c.category, c.source, c.received_at,
               c.tickets, c.open, CASE WHEN c.due_at <= known THEN c.open ELSE 0 END AS overdue,
               c.tickets * (c.closed_at IS NOT NULL)::integer AS closed,
               c.tickets * (c.closed_at IS NOT NULL AND c.closed_at <= c.due_at)::integer AS on_time,
               c.tickets * (c.closed_at IS NOT NULL AND coalesce(c.solved_in_grid, false))::integer AS solved,
               c.tickets * (c.closed_at IS NOT NULL AND c.solved_in_grid IS NOT NULL)::integer AS judged,
               c.tickets * app.microseconds_to_close(c.received_at, c.closed_at) AS microseconds
        FROM changed AS c
        UNION ALL
        SELECT t.path, t.network, t.area_version_id, t.category, t.source, t.received_at, 0, 0, 1, 0, 0, 0, 0, 0
        FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.due_at > known AND t.due_at <= moment AND NOT (SELECT r.is_left FROM rest AS r)
    ), whole AS (
        SELECT f.path, f.network, sum(f.tickets) AS tickets, sum(f.open) AS open, sum(f.overdue) AS overdue
        FROM fact AS f GROUP BY f.path, f.network
    ), kept AS (
        INSERT INTO work.counter AS k (path, network, tickets, open, overdue)
        SELECT w.path[1:n.depth], w.network, sum(w.tickets), sum(w.open), sum(w.overdue)
        FROM whole AS w CROSS JOIN LATERAL generate_series(1, cardinality(w.path)) AS n (depth)
        GROUP BY w.path[1:n.depth], w.network
        ON CONFLICT (path, network) DO UPDATE SET
            tickets = k.tickets + excluded.tickets,
            open = k.open + excluded.open,
            overdue = k.overdue + excluded.overdue
        WHERE (excluded.tickets, excluded.open, excluded.overdue) <> (0, 0, 0)
    ), dated AS (
        SELECT f.path, f.network, f.area_version_id, f.category, f.source, f.received_at AT TIME ZONE 'UTC' AS month_of,
               (f.received_at AT TIME ZONE days_of)::date AS day,
               f.path[1:cardinality(f.path) - (f.area_version_id IS NOT NULL)::integer] AS above,
               f.tickets AS received, f.closed, f.overdue, f.on_time, f.solved, f.judged, f.microseconds
        FROM fact AS f WHERE f.received_at IS NOT NULL
    ), leaf AS (
        INSERT INTO work.leaf_sum AS k (network, span, starts, path, area_version_id, received, closed, overdue, on_time,
                                        solved, judged, microseconds)
        SELECT d.network, s.span, CASE s.span WHEN 'ever' THEN '-infinity' ELSE date_trunc(s.span, d.month_of)::date END
               AS since, d.path, d.area_version_id, sum(d.received), sum(d.closed), sum(d.overdue), sum(d.on_time),
               sum(d.solved), sum(d.judged), sum(d.microseconds)
        FROM dated AS d CROSS JOIN (VALUES ('month'), ('quarter'), ('year'), ('ever')) AS s (span)
        GROUP BY d.network, s.span, since, d.path, d.area_version_id
        ON CONFLICT ON CONSTRAINT leaf_sum_is_one DO UPDATE SET
            received = k.received + excluded.received, closed = k.closed + excluded.closed,
            overdue = k.overdue + excluded.overdue, on_time = k.on_time + excluded.on_time,
            solved = k.solved + excluded.solved, judged = k.judged + excluded.judged,
            microseconds = k.microseconds + excluded.microseconds
    ), area AS (
        INSERT INTO work.area_sum AS k (network, area_id, span, starts, category, source, received, closed, overdue,
                                        on_time, solved, judged, microseconds)
        SELECT d.network, e.area_id, s.span, date_trunc(s.span, d.month_of)::date, d.category, d.source, sum(d.received),
               sum(d.closed), sum(d.overdue), sum(d.on_time), sum(d.solved), sum(d.judged), sum(d.microseconds)
        FROM dated AS d CROSS JOIN (VALUES ('month'), ('quarter'), ('year')) AS s (span)
        CROSS JOIN LATERAL unnest(d.above) AS e (area_id)
        GROUP BY d.network, e.area_id, s.span, date_trunc(s.span, d.month_of), d.category, d.source
        ON CONFLICT (area_id, network, span, starts, category, source) DO UPDATE SET
            received = k.received + excluded.received, closed = k.closed + excluded.closed,
            overdue = k.overdue + excluded.overdue, on_time = k.on_time + excluded.on_time,
            solved = k.solved + excluded.solved, judged = k.judged + excluded.judged,
            microseconds = k.microseconds + excluded.microseconds
    ), day AS (
        INSERT INTO work.day_sum AS k (network, area_id, day, received, closed, overdue, on_time, solved, judged,
                                       microseconds)
        SELECT d.network, e.area_id, d.day, sum(d.received), sum(d.closed), sum(d.overdue), sum(d.on_time),
               sum(d.solved), sum(d.judged), sum(d.microseconds)
        FROM dated AS d CROSS JOIN LATERAL unnest(d.above) AS e (area_id)
        GROUP BY d.network, e.area_id, d.day
        ON CONFLICT (area_id, network, day) DO UPDATE SET
            received = k.received + excluded.received, closed = k.closed + excluded.closed,
            overdue = k.overdue + excluded.overdue, on_time = k.on_time + excluded.on_time,
            solved = k.solved + excluded.solved, judged = k.judged + excluded.judged,
            microseconds = k.microseconds + excluded.microseconds
    )
    SELECT count(*), (SELECT r.is_left FROM rest AS r) INTO added, is_left FROM changed;
    IF NOT is_left THEN
        UPDATE work.counter_time SET overdue_at = moment;
    END IF;
    RETURN added;
END $$;
COMMENT ON FUNCTION app.add_up_counters(integer) IS
'Add what changed to the kept counters and sums of areas, at most so many changes (null: all); returns how many. Tickets are '
'neither locked nor waited for';
