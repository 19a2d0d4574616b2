CREATE FUNCTION app.blow_whistle(
    ticket_number text, departments text [], hours integer, unit text, actor text, actor_role text, note text
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 镇街吹哨: only for accounts of a level with calls_departments. Without `hours` a department's clock is as long as the
-- ticket's own. Refuses no_such_departments, already_called.
DECLARE
    t work.ticket;
    p work.ticket_private;
    ticket bigint;
    names text;
    called record;
    moment timestamptz := clock_timestamp();
BEGIN
    ticket := app.ticket_to_change(ticket_number, actor_role, 'whistle');
    IF NOT 0 = ANY(app.scope()) AND NOT EXISTS (
        SELECT FROM core.area AS a JOIN core.level AS l USING (level)
        WHERE a.area_id = ANY(app.scope()) AND l.calls_departments) THEN
        PERFORM app.refuse_role(actor_role);
    END IF;
    SELECT string_agg(d, ', ') INTO names FROM unnest(departments) AS d WHERE NOT app.is_department(d);
    IF names IS NOT NULL THEN
        PERFORM app.refuse('no_such_departments', ticket_number, names);
    END IF;
    SELECT string_agg(w.department, ', ' ORDER BY w.department) INTO names FROM work.whistle AS w
    WHERE w.ticket_id = ticket AND w.department = ANY(departments) AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    IF names IS NOT NULL THEN
        PERFORM app.refuse('already_called', names);
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    UPDATE work.ticket_private AS x SET left_grid_at = coalesce(x.left_grid_at, clock_timestamp())
    WHERE x.ticket_id = t.ticket_id RETURNING * INTO p;
    FOR called IN
        INSERT INTO work.whistle (ticket_id, department, note, blown_by, blown_at, due_at, due_hours, due_unit)
        SELECT t.ticket_id, d, blow_whistle.note, actor, moment, app.due_at(moment, h.hours, h.unit), h.hours, h.unit
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
    UPDATE work.clock AS c SET remind_at = clock_timestamp() WHERE c.ticket_id = t.ticket_id AND c.paused_at IS NULL;
END $$;
COMMENT ON FUNCTION app.blow_whistle(text, text [], integer, text, text, text, text) IS
'吹哨: a town or the district calls departments in to a ticket; each department gets a clock';
GRANT EXECUTE ON FUNCTION app.blow_whistle(text, text [], integer, text, text, text, text) TO gisgrid_service;
