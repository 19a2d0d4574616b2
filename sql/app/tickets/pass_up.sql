CREATE FUNCTION app.pass_up(ticket_number text, actor text, actor_role text, note text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- From the present post to the centre of the nearest area above that has somebody on duty: 社区 -> 镇街 -> 区.
DECLARE
    ticket bigint;
    t work.ticket;
    held_by bigint;
    above record;
    reached text;
BEGIN
    ticket := app.ticket_to_change(ticket_number, actor_role, 'pass_up');
    IF coalesce(note, '') !~ '\S' THEN
        PERFORM app.refuse('needs_note');
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT coalesce(o.area_id, t.area_id) INTO held_by FROM work.ticket_private AS p
    LEFT JOIN core.post AS o ON o.post_id = p.post_id AND o.area_id = ANY(t.path)
    WHERE p.ticket_id = t.ticket_id;
    SELECT d.* INTO above FROM app.on_duty(t.path[1:array_position(t.path, held_by) - 1], NULL, 'centre') AS d;
    IF above.post_id IS NULL THEN
        PERFORM app.refuse('nobody_above');
    END IF;
    SELECT a.level INTO reached FROM core.area AS a WHERE a.area_id = above.area_id;
    PERFORM app.give_ticket(t.ticket_id, 'passed_up', above.post_id, above.department, actor, note,
                            jsonb_build_object('level', reached, 'area', above.code));
END $$;
COMMENT ON FUNCTION app.pass_up(text, text, text, text) IS
'Pass a ticket up to the centre of the nearest area above the present assignee';
GRANT EXECUTE ON FUNCTION app.pass_up(text, text, text, text) TO gisgrid_service;
