CREATE FUNCTION app.take_step(
    ticket_number text, next_step text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- Move a ticket to its next step. Returns why it was not done: unknown, not_allowed, no_such_step; null when done.
-- Runs with the caller's scope: a ticket whose private half is not seen cannot be moved.
DECLARE
    t work.ticket;
    p work.ticket_private;
    allowed text[];
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = t.ticket_id;
    IF NOT FOUND THEN
        RETURN 'not_allowed';
    END IF;
    SELECT r.roles INTO allowed FROM work.transition AS r
    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.to_step = next_step;
    IF NOT FOUND OR t.closed_at IS NOT NULL THEN
        RETURN 'no_such_step';
    END IF;
    IF NOT actor_role = ANY(allowed) THEN
        RETURN 'not_allowed';
    END IF;
    UPDATE work.ticket AS x SET
        step = next_step,
        closed_at = CASE WHEN s.closes THEN clock_timestamp() END
    FROM work.step AS s
    WHERE x.ticket_id = t.ticket_id AND s.workflow = t.workflow AND s.step = next_step;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note)
    VALUES (t.ticket_id, t.path, p.department, 'step', t.step, next_step, take_step.actor, take_step.note);
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, 'ticket.step', jsonb_build_object('from_step', t.step, 'to_step', next_step));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.take_step(text, text, text, text, text) IS
'Move a ticket along its workflow; returns why not, or null when done';
