-- Long because it is one step: what it needs, what it waits for, who has it then, what is written down.
CREATE FUNCTION app.step_needs(ticket bigint, needs text [], note text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- What a transition needs and has not got: needs_note, needs_photo; null when it has all.
BEGIN
    IF 'note' = ANY(needs) AND coalesce(note, '') !~ '\S' THEN
        RETURN 'needs_note';
    END IF;
    IF 'photo' = ANY(needs) THEN
        IF NOT EXISTS (
            SELECT FROM work.photo AS f JOIN work.clock AS c USING (ticket_id)
            WHERE f.ticket_id = ticket AND f.added_at >= c.step_since) THEN
            RETURN 'needs_photo';
        END IF;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.step_needs(bigint, text [], text) IS
'What a transition needs and was not given: needs_note, needs_photo (one of this step); null: nothing';

CREATE FUNCTION app.step_waits_for(ticket bigint, from_step text, to_step text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- What must end before a ticket goes on: departments that were called in, parts that are open. Null: nothing.
DECLARE
    waits text;
    t work.ticket;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT string_agg(w.department, ', ' ORDER BY w.department) INTO waits
    FROM work.whistle AS w JOIN work.step AS s ON s.workflow = t.workflow AND s.step = from_step AND NOT s.is_unrouted
    WHERE w.ticket_id = ticket AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    IF waits IS NOT NULL THEN
        RETURN 'whistles_open: ' || waits;
    END IF;
    SELECT string_agg(p.number, ', ' ORDER BY p.ticket_id) INTO waits
    FROM work.ticket AS p JOIN work.step AS s ON s.workflow = t.workflow AND s.step = to_step AND s.closes
    WHERE p.parent_id = ticket AND p.closed_at IS NULL;
    RETURN 'parts_open: ' || waits;
END $$;
COMMENT ON FUNCTION app.step_waits_for(bigint, text, text) IS
'What must end before a ticket can take a step forward: whistles_open: departments, parts_open: numbers; null: nothing';

CREATE FUNCTION app.take_step(
    ticket_number text, next_step text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Move a ticket along its template, for staff: scope is asked by app.ticket_to_change. Why it was not done: unknown,
-- not_allowed, or what app.move_ticket says; null when done.
DECLARE
    can record;
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, ARRAY[actor_role]);
    IF can.refused IN ('unknown', 'not_allowed') THEN
        RETURN can.refused;
    END IF;
    RETURN app.move_ticket(can.ticket_id, next_step, actor, actor_role, note);
END $$;
COMMENT ON FUNCTION app.take_step(text, text, text, text, text) IS
'Move a ticket along its workflow; returns why not, or null when done';

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

CREATE FUNCTION app.assign_on_arrival(ticket bigint, workflow text, arrived text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Where a ticket waits for somebody nobody has it; where it is worked on somebody does. What changed, for its history.
DECLARE
    s work.step;
    p work.ticket_private;
    r record;
BEGIN
    SELECT * INTO s FROM work.step AS x WHERE x.workflow = assign_on_arrival.workflow AND x.step = arrived;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    IF s.is_unrouted AND (p.post_id IS NOT NULL OR p.department IS NOT NULL) THEN
        UPDATE work.ticket_private AS x SET post_id = NULL, department = NULL WHERE x.ticket_id = ticket;
        RETURN jsonb_build_object('from_post_id', p.post_id, 'from_department', p.department);
    ELSIF s.is_first_routed AND p.post_id IS NULL AND p.department IS NULL THEN
        SELECT x.* INTO r FROM work.ticket AS t
        LEFT JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
        CROSS JOIN LATERAL app.route(t.category, t.path, a.kind) AS x WHERE t.ticket_id = ticket;
        UPDATE work.ticket_private AS x SET post_id = r.post_id, department = r.department WHERE x.ticket_id = ticket;
        RETURN jsonb_build_object('post_id', r.post_id, 'rule', r.rule, 'assigned_by', r.assigned_by);
    END IF;
    RETURN '{}';
END $$;
COMMENT ON FUNCTION app.assign_on_arrival(bigint, text, text) IS
'Takes a ticket from whoever has it where it waits for somebody, gives it to whom it is routed where it is worked on';

CREATE FUNCTION app.note_step(t work.ticket, next_step text, actor text, note text, detail jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, coalesce(p.department, detail ->> 'from_department'), 'step', t.step, next_step,
           note_step.actor, note_step.note, jsonb_strip_nulls(note_step.detail)
    FROM work.ticket_private AS p WHERE p.ticket_id = t.ticket_id;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, 'ticket.step', jsonb_build_object('from_step', t.step, 'to_step', next_step));
END $$;
COMMENT ON FUNCTION app.note_step(work.ticket, text, text, text, jsonb) IS
'The event and the notice of a step; t: the ticket as it was before';
