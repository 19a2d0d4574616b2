CREATE FUNCTION app.recount_tickets() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    LOCK TABLE work.ticket IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM work.counter;
    DELETE FROM work.counter_change;
    UPDATE work.counter_time SET overdue_at = '-infinity';
    INSERT INTO work.counter_change (path, network, tickets, open, due_at)
    SELECT t.path, t.network, count(*), count(*) FILTER (WHERE t.closed_at IS NULL), coalesce(t.open_due_at, 'infinity')
    FROM (SELECT *, CASE WHEN closed_at IS NULL THEN due_at END AS open_due_at FROM work.ticket) AS t
    GROUP BY t.path, t.network, t.open_due_at;
    PERFORM app.add_up_counters();
END $$;
COMMENT ON FUNCTION app.recount_tickets() IS
'Recount all tickets, after a hand has changed them with triggers off; writers of tickets wait meanwhile';
