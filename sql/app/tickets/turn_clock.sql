CREATE FUNCTION app.turn_clock(
    ticket_number text, is_running boolean, reason text, actor text, actor_role text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ticket bigint;
    changed boolean;
BEGIN
    ticket := app.ticket_to_change(ticket_number, actor_role, 'pause');
    changed := CASE WHEN is_running THEN app.start_clock(ticket)
                    ELSE app.stop_clock(ticket, reason, actor) END;
    IF NOT changed THEN
        PERFORM app.refuse(CASE WHEN is_running THEN 'clock_runs' ELSE 'clock_stands' END);
    END IF;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT x.ticket_id, x.path, p.department, CASE WHEN is_running THEN 'resumed' ELSE 'paused' END, x.step, x.step,
           turn_clock.actor, reason, jsonb_build_object('due_at', x.due_at)
    FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id) WHERE x.ticket_id = ticket;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (ticket, CASE WHEN is_running THEN 'ticket.resumed' ELSE 'ticket.paused' END, '{}');
END $$;
COMMENT ON FUNCTION app.turn_clock(text, boolean, text, text, text) IS
'Stop the clocks of a ticket while its reporter is asked, or start them again';
GRANT EXECUTE ON FUNCTION app.turn_clock(text, boolean, text, text, text) TO gisgrid_service;
