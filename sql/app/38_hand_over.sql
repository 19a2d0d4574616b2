CREATE FUNCTION app.give_ticket(
    ticket bigint, why text, post bigint, to_department text, actor text, note text, detail jsonb
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Somebody else has it from now on: one event, one notice. Where it waited for somebody it is worked on now.
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

CREATE FUNCTION app.is_department(name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM core.post AS p WHERE p.department = is_department.name AND p.valid_to > clock_timestamp()
        UNION ALL
        SELECT FROM core.account AS c WHERE c.department = is_department.name AND c.disabled_at IS NULL);
END $$;
COMMENT ON FUNCTION app.is_department(text) IS 'Is anybody in a department of this name, by a post or an account?';

CREATE FUNCTION app.hand_over(
    ticket_number text, to_post bigint, to_department text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, already, no_such_post, no_such_department; null when done. A post
-- must stand on the ticket's grid or above it, so that whoever gets the ticket may read it. A worker hands over along
-- his own grid; to a department only who coordinates does.
DECLARE
    can record;
    t work.ticket;
    p work.ticket_private;
    chosen core.post;
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, '{worker,dispatcher,supervisor,admin}');
    IF can.refused IS NOT NULL THEN
        RETURN can.refused;
    ELSIF to_post IS NULL AND actor_role = 'worker' THEN
        RETURN 'not_allowed';
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = can.ticket_id;
    IF to_post IS NOT NULL THEN
        SELECT * INTO chosen FROM core.post AS x WHERE x.post_id = to_post AND x.area_id = ANY(t.path)
        AND x.valid_from <= clock_timestamp() AND x.valid_to > clock_timestamp();
        IF NOT FOUND THEN
            RETURN 'no_such_post';
        END IF;
    ELSIF NOT app.is_department(to_department) THEN
        RETURN 'no_such_department';
    END IF;
    IF (p.post_id, p.department) IS NOT DISTINCT FROM (to_post, coalesce(chosen.department, to_department)) THEN
        RETURN 'already';
    END IF;
    PERFORM app.give_ticket(t.ticket_id, 'handed_over', to_post, coalesce(chosen.department, to_department), actor, note, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.hand_over(text, bigint, text, text, text, text) IS
'转办: give a ticket to another post on its grid or above, or to a department; returns why not, or null when done';

CREATE FUNCTION app.pass_up(ticket_number text, actor text, actor_role text, note text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, needs_note, nobody_above; null when done. From whoever has it to
-- the centre of the nearest area above: 社区 -> 镇街 -> 区.
DECLARE
    can record;
    t work.ticket;
    held_by bigint;
    above record;
    reached text;
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, '{worker,dispatcher,supervisor,admin}');
    IF can.refused IS NOT NULL THEN
        RETURN can.refused;
    ELSIF coalesce(note, '') !~ '\S' THEN
        RETURN 'needs_note';
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    SELECT coalesce(o.area_id, t.area_id) INTO held_by FROM work.ticket_private AS p
    LEFT JOIN core.post AS o ON o.post_id = p.post_id AND o.area_id = ANY(t.path)
    WHERE p.ticket_id = t.ticket_id;
    SELECT d.* INTO above FROM app.on_duty(t.path[1:array_position(t.path, held_by) - 1], NULL, 'centre') AS d;
    IF above.post_id IS NULL THEN
        RETURN 'nobody_above';
    END IF;
    SELECT a.level INTO reached FROM core.area AS a WHERE a.area_id = above.area_id;
    PERFORM app.give_ticket(t.ticket_id, 'passed_up', above.post_id, above.department, actor, note,
                            jsonb_build_object('level', reached, 'area', above.code));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.pass_up(text, text, text, text) IS
'Pass a ticket up to the centre of the nearest area above whoever has it; returns why not, or null when done';

CREATE FUNCTION app.departments() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT p.department FROM core.post AS p WHERE p.department IS NOT NULL AND p.valid_to > clock_timestamp()
    UNION
    SELECT c.department FROM core.account AS c WHERE c.department IS NOT NULL AND c.disabled_at IS NULL
    ORDER BY 1;
END $$;
COMMENT ON FUNCTION app.departments() IS 'The departments in which somebody is, by name';
