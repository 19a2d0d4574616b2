CREATE FUNCTION app.refuse_step(ticket bigint, next_step text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record;
    steps record;
BEGIN
    SELECT format('%s（%s）', s.name_zh, s.step) AS zh, format('%s (%s)', s.name_en, s.step) AS en INTO asked
    FROM work.ticket AS t JOIN work.step AS s ON s.workflow = t.workflow AND s.step = next_step
    WHERE t.ticket_id = ticket;
    SELECT string_agg(format('%s（%s）', s.name_zh, s.step), '、' ORDER BY s.step) AS zh,
        string_agg(format('%s (%s)', s.name_en, s.step), ', ' ORDER BY s.step) AS en INTO steps
    FROM work.ticket AS t
    JOIN work.transition AS r ON r.workflow = t.workflow AND r.from_step = t.step
    JOIN work.step AS s ON s.workflow = r.workflow AND s.step = r.to_step
    WHERE t.ticket_id = ticket AND t.duplicate_of IS NULL;
    PERFORM app.refuse('no_such_step', coalesce(asked.zh, next_step), coalesce(steps.zh, '无，工单已办结'),
                       coalesce(steps.en, 'nothing: the ticket is closed'), coalesce(asked.en, next_step));
END $$;
COMMENT ON FUNCTION app.refuse_step(bigint, text) IS
'Refuse a step that the present step does not lead to, and name those that it leads to';
