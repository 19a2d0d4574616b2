CREATE FUNCTION app.record_step(t work.ticket, next_step text, actor text, note text, detail jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, coalesce(p.department, detail ->> 'from_department'), 'step', t.step, next_step,
           record_step.actor, record_step.note, jsonb_strip_nulls(record_step.detail)
    FROM work.ticket_private AS p WHERE p.ticket_id = t.ticket_id;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, 'ticket.step', jsonb_build_object('from_step', t.step, 'to_step', next_step));
END $$;
COMMENT ON FUNCTION app.record_step(work.ticket, text, text, text, jsonb) IS
'Write the event and the notice of a step; t: the ticket before the step';
