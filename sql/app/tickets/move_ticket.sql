CREATE FUNCTION app.move_ticket(ticket bigint, next_step text, actor text, actor_role text, note text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Takes the step. The caller has checked the scope, or the ticket's secret, and has locked the ticket.
DECLARE
    t work.ticket;
    arc work.transition;
    arrives work.step;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = move_ticket.ticket;
    SELECT * INTO arc FROM work.transition AS r
    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.to_step = next_step;
    IF NOT FOUND OR t.duplicate_of IS NOT NULL THEN
        PERFORM app.refuse_step(t.ticket_id, next_step);
    END IF;
    SELECT * INTO arrives FROM work.step AS s WHERE s.workflow = t.workflow AND s.step = next_step;
    IF actor_role <> ALL(arc.roles) THEN
        PERFORM app.refuse_role(actor_role);
    END IF;
    PERFORM app.step_needs(t.ticket_id, arc.needs, note);
    IF arc.kind = 'forward' THEN
        PERFORM app.step_waits_for(t.ticket_id, t.step, next_step);
    ELSIF arc.kind = 'reopen' THEN
        PERFORM app.reopen(t.ticket_id, next_step, actor, note);
        RETURN;
    END IF;
    UPDATE work.ticket AS x SET step = next_step, closed_at = CASE WHEN arrives.closes THEN clock_timestamp() END
    WHERE x.ticket_id = t.ticket_id;
    PERFORM app.record_step(t, next_step, actor, note, app.assign_on_arrival(t.ticket_id, t.workflow, next_step));
    IF arc.clock = 'stop' THEN
        PERFORM app.stop_clock(t.ticket_id, coalesce(note, next_step), actor);
    ELSIF arc.clock = 'start' THEN
        PERFORM app.start_clock(t.ticket_id);
    END IF;
END $$;
COMMENT ON FUNCTION app.move_ticket(bigint, text, text, text, text) IS
'Take a step of a locked ticket; refuses no_such_step, not_allowed, needs_note, needs_photo, whistles_open, parts_open';
