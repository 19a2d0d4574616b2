CREATE FUNCTION app.step_waits_for(ticket bigint, from_step text, to_step text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    waits text;
    t work.ticket;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT string_agg(w.department, ', ' ORDER BY w.department) INTO waits
    FROM work.whistle AS w JOIN work.step AS s ON s.workflow = t.workflow AND s.step = from_step AND NOT s.is_unrouted
    WHERE w.ticket_id = ticket AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    IF waits IS NOT NULL THEN
        PERFORM app.refuse('whistles_open', waits);
    END IF;
    -- A part whose point the caller may not know is not named: the whole would tell where it is.
    SELECT string_agg(CASE WHEN (t.has_public_point AND p.has_public_point) OR EXISTS (
        SELECT FROM work.ticket_private AS x
        WHERE x.ticket_id = p.ticket_id AND (
            x.path && app.private_scope() OR x.department = app.scope_department() OR x.ticket_id = ANY(app.called_to()))
    ) THEN p.number ELSE '***' END, ', ' ORDER BY p.ticket_id) INTO waits
    FROM work.ticket AS p JOIN work.step AS s ON s.workflow = t.workflow AND s.step = to_step AND s.closes
    WHERE p.parent_id = ticket AND p.closed_at IS NULL;
    IF waits IS NOT NULL THEN
        PERFORM app.refuse('parts_open', waits);
    END IF;
END $$;
COMMENT ON FUNCTION app.step_waits_for(bigint, text, text) IS
'Refuses a step forward while called departments or parts of the ticket are open: whistles_open, parts_open';
