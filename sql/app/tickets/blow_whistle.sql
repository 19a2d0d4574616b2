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
    refused := coalesce(can.refused, CASE WHEN NOT 0 = ANY(app.scope()) AND NOT EXISTS (
        SELECT FROM core.area AS a WHERE a.area_id = ANY(app.scope()) AND a.level IN ('town', 'district'))
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
    UPDATE work.clock AS c SET alarm_at = clock_timestamp() WHERE c.ticket_id = t.ticket_id AND c.paused_at IS NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.blow_whistle(text, text [], integer, text, text, text, text) IS
'吹哨: a town or the district calls departments in, each with a clock of its own; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.blow_whistle(text, text [], integer, text, text, text, text) TO gisgrid_service;
