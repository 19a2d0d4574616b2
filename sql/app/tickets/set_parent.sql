CREATE FUNCTION app.set_parent(
    ticket_number text, parent_number text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Only one level deep, so that a person sees which tickets wait for which. Tickets are locked in the order of ids.
DECLARE
    ticket bigint;
    other record;
    t work.ticket;
    above work.ticket;
BEGIN
    PERFORM 1 FROM work.ticket AS x WHERE x.number IN (ticket_number, parent_number) ORDER BY x.ticket_id FOR UPDATE;
    ticket := app.ticket_to_change(ticket_number, actor_role, 'tie');
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    IF parent_number IS NOT NULL THEN
        SELECT * INTO other FROM app.ticket_asked(parent_number, actor_role, 'tie');
        IF other.refused IN ('unknown', 'not_allowed') OR other.ticket_id = t.ticket_id THEN
            PERFORM app.refuse('no_such_parent');
        ELSIF other.refused = 'closed' THEN
            PERFORM app.refuse('parent_closed');
        END IF;
        SELECT * INTO above FROM work.ticket AS x WHERE x.ticket_id = other.ticket_id;
        IF above.parent_id IS NOT NULL THEN
            PERFORM app.refuse('parent_is_part');
        ELSIF EXISTS (SELECT FROM work.ticket AS x WHERE x.parent_id = t.ticket_id) THEN
            PERFORM app.refuse('has_parts');
        END IF;
    END IF;
    IF t.parent_id IS NOT DISTINCT FROM above.ticket_id THEN
        PERFORM app.refuse('already');
    END IF;
    UPDATE work.ticket AS x SET parent_id = above.ticket_id WHERE x.ticket_id = t.ticket_id;
    PERFORM app.record_tie(t.ticket_id, CASE WHEN above.ticket_id IS NULL THEN 'parted' ELSE 'joined' END, actor, note,
        jsonb_build_object('parent', coalesce(above.number, (SELECT x.number FROM work.ticket AS x WHERE x.ticket_id = t.parent_id))));
END $$;
COMMENT ON FUNCTION app.set_parent(text, text, text, text, text) IS
'Make a ticket part of another one, or of none (null)';
GRANT EXECUTE ON FUNCTION app.set_parent(text, text, text, text, text) TO gisgrid_service;
