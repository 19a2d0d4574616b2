CREATE FUNCTION app.reroute(
    ticket bigint, why text, actor text, note text, detail jsonb, renew_due boolean, from_step text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Call app.route again and write the result: one event, one notice. `detail`: what changed, for the event;
-- `from_step`: the closing step that a reopened ticket was in.
DECLARE
    clock_since timestamptz;
    t work.ticket;
    p work.ticket_private;
    r record;
    next_step text;
    due timestamptz;
BEGIN
    SELECT * INTO STRICT t FROM work.ticket AS x WHERE x.ticket_id = ticket FOR UPDATE;
    SELECT * INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    SELECT x.* INTO r FROM (SELECT) AS always LEFT JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
    CROSS JOIN LATERAL app.route(t.category, t.path, a.kind) AS x;
    IF p.doubt IS NOT NULL THEN  -- nobody's work until somebody finds its location out
        r.post_id := NULL; r.department := NULL; r.assigned_by := 'nobody: ' || p.doubt;
    END IF;
    next_step := app.step_once_routed(t.workflow, t.step, r.post_id IS NOT NULL OR r.department IS NOT NULL);
    due := t.due_at;
    IF renew_due AND (from_step IS NOT NULL OR (r.due_hours, r.due_unit) IS DISTINCT FROM (t.due_hours, t.due_unit)) THEN
        SELECT coalesce(c.whole_since, t.received_at) INTO clock_since FROM work.clock AS c WHERE c.ticket_id = ticket;
        due := app.due_after_pauses(ticket, clock_since, r.due_hours, r.due_unit);
    END IF;
    UPDATE work.ticket AS x SET step = next_step, priority = r.priority, due_at = due,
        due_hours = CASE WHEN renew_due THEN r.due_hours ELSE x.due_hours END,
        due_unit = CASE WHEN renew_due THEN r.due_unit ELSE x.due_unit END
    WHERE x.ticket_id = ticket;
    UPDATE work.ticket_private AS x SET path = t.path, post_id = r.post_id, department = r.department
    WHERE x.ticket_id = ticket;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    VALUES (ticket, t.path, r.department, why, coalesce(reroute.from_step, t.step), next_step, reroute.actor, reroute.note,
            detail || jsonb_build_object('rule', r.rule, 'assigned_by', r.assigned_by, 'from_post_id', p.post_id,
                                         'post_id', r.post_id, 'due_at', due));
    INSERT INTO work.outbox (ticket_id, topic, payload, left_path)
    VALUES (ticket, 'ticket.' || why, detail - 'changeset', CASE WHEN p.path <> t.path THEN p.path END);
END $$;
COMMENT ON FUNCTION app.reroute(bigint, text, text, text, jsonb, boolean, text) IS
'Set assignee, priority and due time of a changed ticket by its rules; write an event with the reason';
