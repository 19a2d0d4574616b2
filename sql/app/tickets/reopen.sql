CREATE FUNCTION app.reopen(ticket bigint, next_step text, actor text, note text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Boundaries may have changed while the ticket was closed. So it is assigned to the grid that holds its point now and
-- routed again; its clock runs from now, and all reminders can come once more.
DECLARE
    moment timestamptz := clock_timestamp();
    before work.ticket;
    p work.ticket_private;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO STRICT before FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT * INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    UPDATE work.clock AS c SET whole_since = moment, escalated = NULL WHERE c.ticket_id = ticket;
    DELETE FROM work.reminder AS r WHERE r.ticket_id = ticket AND r.kind NOT LIKE 'step%' AND r.kind NOT LIKE 'whistle%';
    UPDATE work.ticket AS x SET step = next_step, closed_at = NULL WHERE x.ticket_id = ticket;
    UPDATE work.ticket_private AS x SET doubt = l.doubt
    FROM app.locate_ticket(ticket, p.geom, p.accuracy_m) AS l WHERE x.ticket_id = ticket;
    PERFORM app.reroute(ticket, 'reopened', actor, note, jsonb_build_object('closed_at', before.closed_at), true,
                        before.step);
END $$;
COMMENT ON FUNCTION app.reopen(bigint, text, text, text) IS
'Reopen a closed ticket: assigned by the present boundaries, routed again, its clock from now';
