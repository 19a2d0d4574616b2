CREATE FUNCTION app.move_ticket(ticket bigint, next_step text, actor text, actor_role text, note text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The step itself, whoever takes it; the caller has asked for his scope, or his secret, and locked the ticket. Why it
-- was not done: not_allowed, no_such_step, needs_note, needs_photo, whistles_open: ..., parts_open: ...
DECLARE
    t work.ticket;
    arc work.transition;
    arrives work.step;
    refused text;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = move_ticket.ticket;
    SELECT * INTO arc FROM work.transition AS r
    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.to_step = next_step;
    IF NOT FOUND OR t.duplicate_of IS NOT NULL THEN
        RETURN 'no_such_step';
    END IF;
    SELECT * INTO arrives FROM work.step AS s WHERE s.workflow = t.workflow AND s.step = next_step;
    refused := CASE WHEN actor_role <> ALL(arc.roles) THEN 'not_allowed' END;
    refused := coalesce(refused, app.step_needs(t.ticket_id, arc.needs, note));
    IF arc.kind = 'forward' THEN
        refused := coalesce(refused, app.step_waits_for(t.ticket_id, t.step, next_step));
    END IF;
    IF refused IS NOT NULL THEN
        RETURN refused;
    ELSIF arc.kind = 'reopen' THEN
        PERFORM app.reopen(t.ticket_id, next_step, actor, note);
        RETURN NULL;
    END IF;
    UPDATE work.ticket AS x SET step = next_step, closed_at = CASE WHEN arrives.closes THEN clock_timestamp() END
    WHERE x.ticket_id = t.ticket_id;
    PERFORM app.note_step(t, next_step, actor, note, app.assign_on_arrival(t.ticket_id, t.workflow, next_step));
    IF arc.clock = 'stop' THEN
        PERFORM app.stop_clock(t.ticket_id, coalesce(note, next_step), actor);
    ELSIF arc.clock = 'start' THEN
        PERFORM app.start_clock(t.ticket_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.move_ticket(bigint, text, text, text, text) IS
'Take a step of a ticket, once it is known that whoever takes it may; returns why not, or null when done';
