CREATE FUNCTION app.unmerge_ticket(ticket_number text, actor text, actor_role text, note text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- It was another thing after all: open again in the step in which it was, on the grid that has its place now. Why it was
-- not done: unknown, not_allowed, no_duplicate; null when done.
DECLARE
    can record;
    was text;
    closed timestamptz;
    p work.ticket_private;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role);
    IF can.refused IN ('unknown', 'not_allowed') THEN
        RETURN can.refused;
    END IF;
    SELECT o.number, x.closed_at INTO was, closed FROM work.ticket AS x JOIN work.ticket AS o ON o.ticket_id = x.duplicate_of
    WHERE x.ticket_id = can.ticket_id;
    IF NOT FOUND THEN
        RETURN 'no_duplicate';
    END IF;
    UPDATE work.ticket AS x SET duplicate_of = NULL, closed_at = NULL WHERE x.ticket_id = can.ticket_id;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = can.ticket_id;
    PERFORM app.place_ticket(can.ticket_id, p.geom, p.accuracy_m);
    IF p.path = (SELECT x.path FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id) THEN
        PERFORM app.note_tie(can.ticket_id, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed));
    ELSE
        PERFORM app.reroute(can.ticket_id, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed), false);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.unmerge_ticket(text, text, text, text) IS
'Take back that a ticket is about the same thing as another; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.unmerge_ticket(text, text, text, text) TO gisgrid_service;
