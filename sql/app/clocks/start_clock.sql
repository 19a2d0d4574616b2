CREATE FUNCTION app.start_clock(ticket bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The clocks of the ticket, of its step and of its called departments become due later by the length of the pause.
DECLARE
    moment timestamptz := clock_timestamp();
    since timestamptz;
BEGIN
    UPDATE work.pause AS p SET resumed_at = moment WHERE p.ticket_id = ticket AND p.resumed_at IS NULL
    RETURNING p.paused_at INTO since;
    IF since IS NULL THEN
        RETURN false;
    END IF;
    UPDATE work.clock AS c SET
        paused_at = NULL,
        step_due_at = app.move_due(c.step_due_at, s.due_unit, greatest(since, c.step_since), moment)
    FROM work.ticket AS t JOIN work.step AS s ON s.workflow = t.workflow AND s.step = t.step
    WHERE c.ticket_id = ticket AND t.ticket_id = ticket;
    UPDATE work.whistle AS w SET due_at = app.move_due(w.due_at, w.due_unit, greatest(since, w.blown_at), moment)
    WHERE w.ticket_id = ticket AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    UPDATE work.ticket AS t SET due_at = app.move_due(t.due_at, t.due_unit, since, moment) WHERE t.ticket_id = ticket;
    RETURN true;
END $$;
COMMENT ON FUNCTION app.start_clock(bigint) IS
'Start the clocks of a ticket again, due later by the length of the pause; false: the clocks were running';
