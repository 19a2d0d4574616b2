CREATE FUNCTION app.stop_clock(ticket bigint, reason text, actor text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    INSERT INTO work.pause (ticket_id, reason, actor, paused_at)
    SELECT t.ticket_id, stop_clock.reason, stop_clock.actor, moment FROM work.ticket AS t
    WHERE t.ticket_id = ticket AND t.closed_at IS NULL
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE work.clock AS c SET paused_at = moment, remind_at = NULL WHERE c.ticket_id = ticket;
        RETURN true;
    END IF;
    RETURN false;
END $$;
COMMENT ON FUNCTION app.stop_clock(bigint, text, text) IS
'Stop the clocks of an open ticket while its reporter is asked; false: the clocks were stopped already';
