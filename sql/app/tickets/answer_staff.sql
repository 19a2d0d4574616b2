CREATE FUNCTION app.answer_staff(ticket_number text, words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Why it was not done: unknown, not_waiting; null when done: then the clocks go on.
DECLARE
    ticket bigint := (SELECT t.ticket_id FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE);
BEGIN
    IF ticket IS NULL THEN
        RETURN 'unknown';
    ELSIF NOT app.start_clock(ticket) THEN
        RETURN 'not_waiting';
    END IF;
    PERFORM app.note_talk(ticket, 'answered', NULL, words, (
        SELECT jsonb_build_object('due_at', t.due_at) FROM work.ticket AS t WHERE t.ticket_id = ticket));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.answer_staff(text, text) IS
'The reporter answers what he was asked, and the clocks go on; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.answer_staff(text, text) TO gisgrid_service;
