CREATE FUNCTION app.give_ticket(
    ticket bigint, why text, post bigint, to_department text, actor text, note text, detail jsonb
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Changes the assignee: one event, one notice. A ticket in the unrouted step goes to the first routed one.
DECLARE
    t work.ticket;
    p work.ticket_private;
    next_step text;
BEGIN
    SELECT * INTO STRICT t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT * INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    next_step := app.step_once_routed(t.workflow, t.step, true);
    UPDATE work.ticket_private AS x SET post_id = post, department = to_department WHERE x.ticket_id = ticket;
    IF next_step <> t.step THEN
        UPDATE work.ticket AS x SET step = next_step WHERE x.ticket_id = ticket;
    END IF;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    VALUES (ticket, t.path, to_department, why, t.step, next_step, give_ticket.actor, give_ticket.note,
            jsonb_strip_nulls(detail || jsonb_build_object(
                'from_post_id', p.post_id, 'post_id', post, 'from_department', p.department, 'department', to_department)));
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (ticket, 'ticket.' || why, jsonb_build_object(
        'from_step', t.step, 'to_step', next_step, 'level', detail ->> 'level'));
END $$;
COMMENT ON FUNCTION app.give_ticket(bigint, text, bigint, text, text, text, jsonb) IS
'Give a ticket to another post or department, with an event and a notice';
