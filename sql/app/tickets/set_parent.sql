CREATE FUNCTION app.set_parent(
    ticket_number text, parent_number text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- One level deep, so that what waits for what can be seen at a glance. Why it was not done: unknown, not_allowed, closed,
-- already, no_such_parent, parent_closed, parent_is_part, has_parts; null when done. Numbers are locked in their order.
DECLARE
    can record;
    t work.ticket;
    above work.ticket;
BEGIN
    PERFORM 1 FROM work.ticket AS x WHERE x.number IN (ticket_number, parent_number) ORDER BY x.ticket_id FOR UPDATE;
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role);
    IF can.refused IS NOT NULL THEN
        RETURN can.refused;
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    IF parent_number IS NOT NULL THEN
        SELECT * INTO can FROM app.ticket_to_change(parent_number, actor_role);
        IF can.refused IN ('unknown', 'not_allowed') OR can.ticket_id = t.ticket_id THEN
            RETURN 'no_such_parent';
        ELSIF can.refused = 'closed' THEN
            RETURN 'parent_closed';
        END IF;
        SELECT * INTO above FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
        IF above.parent_id IS NOT NULL THEN
            RETURN 'parent_is_part';
        ELSIF EXISTS (SELECT FROM work.ticket AS x WHERE x.parent_id = t.ticket_id) THEN
            RETURN 'has_parts';
        END IF;
    END IF;
    IF t.parent_id IS NOT DISTINCT FROM above.ticket_id THEN
        RETURN 'already';
    END IF;
    UPDATE work.ticket AS x SET parent_id = above.ticket_id WHERE x.ticket_id = t.ticket_id;
    PERFORM app.note_tie(t.ticket_id, CASE WHEN above.ticket_id IS NULL THEN 'parted' ELSE 'joined' END, actor, note,
        jsonb_build_object('parent', coalesce(above.number, (SELECT x.number FROM work.ticket AS x WHERE x.ticket_id = t.parent_id))));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.set_parent(text, text, text, text, text) IS
'Make a ticket part of another one, or of none (null); returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.set_parent(text, text, text, text, text) TO gisgrid_service;
