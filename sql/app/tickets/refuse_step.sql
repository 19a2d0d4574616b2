CREATE FUNCTION app.refuse_step(ticket bigint, next_step text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    steps text;
BEGIN
    SELECT string_agg(r.to_step, ', ' ORDER BY r.to_step) INTO steps
    FROM work.ticket AS t JOIN work.transition AS r ON r.workflow = t.workflow AND r.from_step = t.step
    WHERE t.ticket_id = ticket AND t.duplicate_of IS NULL;
    PERFORM app.refuse('no_such_step', next_step, coalesce(steps, '无，工单已办结'), coalesce(steps, 'nothing: the ticket is closed'));
END $$;
COMMENT ON FUNCTION app.refuse_step(bigint, text) IS
'Refuse a step that the present step does not lead to, and name those that it leads to';
