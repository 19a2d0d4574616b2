CREATE FUNCTION app.due_after_pauses(ticket bigint, since timestamptz, hours integer, unit text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due timestamptz := app.due_at(since, hours, unit);
    p record;
BEGIN
    FOR p IN SELECT x.paused_at, x.resumed_at FROM work.pause AS x
             WHERE x.ticket_id = ticket AND x.resumed_at IS NOT NULL AND x.resumed_at > since
             ORDER BY x.paused_at LOOP
        due := app.move_due(due, unit, p.paused_at, p.resumed_at);
    END LOOP;
    RETURN due;
END $$;
COMMENT ON FUNCTION app.due_after_pauses(bigint, timestamptz, integer, text) IS
'When is a ticket due, if the time does not count that the ticket has waited for its reporter?';
