CREATE FUNCTION app.unmerge_ticket(ticket_number text, actor text, actor_role text, note text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The ticket is open again in the step that it kept, on the grid that holds its point now.
DECLARE
    ticket bigint;
    was text;
    closed timestamptz;
    p work.ticket_private;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    ticket := app.ticket_to_change(ticket_number, actor_role, 'tie', true);
    SELECT o.number, x.closed_at INTO was, closed FROM work.ticket AS x JOIN work.ticket AS o ON o.ticket_id = x.duplicate_of
    WHERE x.ticket_id = ticket;
    IF NOT FOUND THEN
        PERFORM app.refuse('no_duplicate');
    END IF;
    UPDATE work.ticket AS x SET duplicate_of = NULL, closed_at = NULL WHERE x.ticket_id = ticket;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    UPDATE work.ticket_private AS x SET doubt = l.doubt
    FROM app.locate_ticket(ticket, p.geom, p.accuracy_m) AS l WHERE x.ticket_id = ticket;
    IF p.path = (SELECT x.path FROM work.ticket AS x WHERE x.ticket_id = ticket) THEN
        PERFORM app.record_tie(ticket, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed));
    ELSE
        PERFORM app.reroute(ticket, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed), false);
    END IF;
END $$;
COMMENT ON FUNCTION app.unmerge_ticket(text, text, text, text) IS
'Record that a ticket is not a duplicate after all, and open it again';
GRANT EXECUTE ON FUNCTION app.unmerge_ticket(text, text, text, text) TO gisgrid_service;
