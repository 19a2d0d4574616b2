CREATE FUNCTION app.add_up_counters() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One statement, so one snapshot: what was appended, and which open tickets have become overdue since the last time.
-- What is appended meanwhile stays for the next time and says itself when it is due.
DECLARE
    known timestamptz;
    moment timestamptz := clock_timestamp();
    added bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    SELECT k.overdue_at INTO known FROM work.counter_time AS k;
    WITH changed AS (
        DELETE FROM work.counter_change RETURNING *
    ), moved AS (
        SELECT c.path, c.network, c.tickets, c.open, CASE WHEN c.due_at <= known THEN c.open ELSE 0 END AS overdue
        FROM changed AS c
        UNION ALL
        SELECT t.path, t.network, 0, 0, 1 FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.due_at > known AND t.due_at <= moment
    ), whole AS (
        SELECT m.path, m.network, sum(m.tickets) AS tickets, sum(m.open) AS open, sum(m.overdue) AS overdue
        FROM moved AS m GROUP BY m.path, m.network
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
    )
    SELECT count(*) INTO added FROM changed;
    UPDATE work.counter_time SET overdue_at = moment;
    RETURN added;
END $$;
COMMENT ON FUNCTION app.add_up_counters() IS
'Add what changed to the kept counters of areas; returns how many changes. Tickets are neither locked nor waited for';
