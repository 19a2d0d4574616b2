CREATE FUNCTION app.blow_whistle(
    ticket_number text, departments text [], hours integer, unit text, actor text, actor_role text, note text
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 镇街吹哨: why it was not done: unknown, not_allowed (only a town or the district calls), closed, no_such_department:
-- names, already: names; null when done. Without hours each clock is as long as the ticket's own.
DECLARE
    can record;
    t work.ticket;
    p work.ticket_private;
    refused text;
    called record;
    moment timestamptz := clock_timestamp();
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, '{dispatcher,supervisor,admin}');
    refused := coalesce(can.refused, CASE WHEN NOT 0 = ANY(core.scope()) AND NOT EXISTS (
        SELECT FROM core.area AS a WHERE a.area_id = ANY(core.scope()) AND a.level IN ('town', 'district'))
        THEN 'not_allowed' END);
    IF refused IS NOT NULL THEN
        RETURN refused;
    END IF;
    SELECT 'no_such_department: ' || string_agg(d, ', ') INTO refused
    FROM unnest(departments) AS d WHERE NOT app.is_department(d);
    refused := coalesce(refused, (
        SELECT 'already: ' || string_agg(w.department, ', ' ORDER BY w.department) FROM work.whistle AS w
        WHERE w.ticket_id = can.ticket_id AND w.department = ANY(departments)
          AND w.done_at IS NULL AND w.withdrawn_at IS NULL));
    IF refused IS NOT NULL THEN
        RETURN refused;
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    UPDATE work.ticket_private AS x SET left_grid_at = coalesce(x.left_grid_at, clock_timestamp())
    WHERE x.ticket_id = t.ticket_id RETURNING * INTO p;
    FOR called IN
        INSERT INTO work.whistle (ticket_id, department, note, blown_by, blown_at, due_at, due_hours, due_unit)
        SELECT t.ticket_id, d, blow_whistle.note, actor, moment, core.due_at(moment, h.hours, h.unit), h.hours, h.unit
        FROM (SELECT DISTINCT unnest(departments) AS d ORDER BY 1) AS called
        CROSS JOIN (SELECT coalesce(hours, t.due_hours, 24) AS hours,
                           CASE WHEN hours IS NULL AND t.due_hours IS NOT NULL THEN t.due_unit
                                ELSE coalesce(unit, 'calendar') END AS unit) AS h
        RETURNING whistle.whistle_id, whistle.department, whistle.due_at
    LOOP
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
        VALUES (t.ticket_id, t.path, p.department, 'whistled', t.step, t.step, blow_whistle.actor, blow_whistle.note,
                jsonb_build_object('whistle', called.whistle_id, 'called', called.department, 'due_at', called.due_at));
        INSERT INTO work.outbox (ticket_id, topic, payload) VALUES (t.ticket_id, 'ticket.whistled', '{}');
    END LOOP;
    UPDATE work.clock AS c SET alarm_at = clock_timestamp() WHERE c.ticket_id = t.ticket_id AND c.paused_at IS NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.blow_whistle(text, text [], integer, text, text, text, text) IS
'吹哨: a town or the district calls departments in, each with a clock of its own; returns why not, or null when done';

CREATE FUNCTION app.answer_whistle(
    ticket_number text, whistle bigint, state text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 部门报到: state is reported_in, done or withdrawn. Why it was not done: unknown, not_allowed, no_such_whistle,
-- already; null when done. The department itself reports in and is done; who coordinates may say so for it, and withdraw.
DECLARE
    t work.ticket;
    w work.whistle;
    moment timestamptz := clock_timestamp();
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    SELECT * INTO w FROM work.whistle AS x WHERE x.whistle_id = whistle AND x.ticket_id = t.ticket_id;
    IF NOT coalesce(CASE actor_role WHEN 'department' THEN w.department = core.scope_department() AND state <> 'withdrawn'
                    ELSE actor_role IN ('dispatcher', 'supervisor', 'admin') AND t.path && core.scope() END, false) THEN
        RETURN 'not_allowed';
    ELSIF w.whistle_id IS NULL THEN
        RETURN 'no_such_whistle';
    ELSIF w.done_at IS NOT NULL OR w.withdrawn_at IS NOT NULL OR state = 'reported_in' AND w.reported_in_at IS NOT NULL THEN
        RETURN 'already';
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
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.answer_whistle(text, bigint, text, text, text, text) IS
'报到: a department that was called reports in, is done, or is let go; returns why not, or null when done';
