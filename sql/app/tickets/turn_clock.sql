CREATE FUNCTION app.turn_clock(
    ticket_number text, is_running boolean, reason text, actor text, actor_role text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, already; null when done.
DECLARE
    t record;
    changed boolean;
BEGIN
    SELECT * INTO t FROM app.ticket_to_change(
        ticket_number, actor_role, '{worker,department,dispatcher,supervisor,admin}');
    IF t.refused IS NOT NULL THEN
        RETURN t.refused;
    END IF;
    changed := CASE WHEN is_running THEN app.start_clock(t.ticket_id)
                    ELSE app.stop_clock(t.ticket_id, reason, actor) END;
    IF NOT changed THEN
        RETURN 'already';
    END IF;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT x.ticket_id, x.path, p.department, CASE WHEN is_running THEN 'resumed' ELSE 'paused' END, x.step, x.step,
           turn_clock.actor, reason, jsonb_build_object('due_at', x.due_at)
    FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id) WHERE x.ticket_id = t.ticket_id;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, CASE WHEN is_running THEN 'ticket.resumed' ELSE 'ticket.paused' END, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.turn_clock(text, boolean, text, text, text) IS
'Stop a ticket''s clocks while its reporter is asked, or start them again; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.turn_clock(text, boolean, text, text, text) TO gisgrid_service;
