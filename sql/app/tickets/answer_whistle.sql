CREATE FUNCTION app.answer_whistle(
    ticket_number text, whistle bigint, state text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 部门报到: state is reported_in, done or withdrawn; app.whistle_answers says which caller may set which.
DECLARE
    t work.ticket;
    w work.whistle;
    moment timestamptz := clock_timestamp();
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    END IF;
    SELECT * INTO w FROM work.whistle AS x WHERE x.whistle_id = whistle AND x.ticket_id = t.ticket_id;
    IF state <> ALL(app.whistle_answers(w.department, t.path, actor_role)) THEN
        PERFORM app.refuse_role(actor_role);
    ELSIF w.whistle_id IS NULL THEN
        PERFORM app.refuse('no_such_whistle');
    ELSIF w.done_at IS NOT NULL OR w.withdrawn_at IS NOT NULL OR state = 'reported_in' AND w.reported_in_at IS NOT NULL THEN
        PERFORM app.refuse('already');
    END IF;
    UPDATE work.whistle AS x SET
        reported_in_at = CASE WHEN state <> 'withdrawn' THEN coalesce(x.reported_in_at, moment) ELSE x.reported_in_at END,
        done_at = CASE WHEN state = 'done' THEN moment END,
        withdrawn_at = CASE WHEN state = 'withdrawn' THEN moment END,
        result = coalesce(answer_whistle.note, x.result)
    WHERE x.whistle_id = whistle;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, p.department, a.action, t.step, t.step, answer_whistle.actor, answer_whistle.note,
           jsonb_build_object('whistle', whistle, 'called', w.department)
    FROM work.ticket_private AS p CROSS JOIN (SELECT CASE state WHEN 'done' THEN 'whistle_done'
        WHEN 'withdrawn' THEN 'whistle_withdrawn' ELSE 'reported_in' END AS action) AS a
    WHERE p.ticket_id = t.ticket_id;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, 'ticket.' || CASE state WHEN 'done' THEN 'whistle_done' WHEN 'withdrawn' THEN 'whistle_withdrawn'
                                      ELSE 'reported_in' END, '{}');
END $$;
COMMENT ON FUNCTION app.answer_whistle(text, bigint, text, text, text, text) IS
'报到: a called department reports in or is done, or its call is withdrawn';
GRANT EXECUTE ON FUNCTION app.answer_whistle(text, bigint, text, text, text, text) TO gisgrid_service;
