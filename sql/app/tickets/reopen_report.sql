CREATE FUNCTION app.reopen_report(ticket_number text, words text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The caller has checked the ticket's secret. Also where the workflow lets no role reopen, its reporter may for a time.
DECLARE
    t work.ticket;
    arc work.transition;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    ELSIF t.closed_at IS NULL THEN
        PERFORM app.refuse('still_open');
    ELSIF app.reopen_until(t.ticket_id) IS NULL THEN
        PERFORM app.refuse('reopen_too_late');
    END IF;
    SELECT * INTO arc FROM work.transition AS r
    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'reopen' ORDER BY r.to_step LIMIT 1;
    PERFORM app.reopen(t.ticket_id, arc.to_step, NULL, words);
END $$;
COMMENT ON FUNCTION app.reopen_report(text, text) IS
'The reporter reopens his closed report, within core.deployment.reopen_days';
GRANT EXECUTE ON FUNCTION app.reopen_report(text, text) TO gisgrid_service;
