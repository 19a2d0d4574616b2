CREATE FUNCTION app.answer_staff(ticket_number text, words text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ticket bigint := (SELECT t.ticket_id FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE);
BEGIN
    IF ticket IS NULL THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    ELSIF NOT app.start_clock(ticket) THEN
        PERFORM app.refuse('not_asked');
    END IF;
    PERFORM app.record_talk(ticket, 'answered', NULL, words, (
        SELECT jsonb_build_object('due_at', t.due_at) FROM work.ticket AS t WHERE t.ticket_id = ticket));
END $$;
COMMENT ON FUNCTION app.answer_staff(text, text) IS
'The reporter answers a question of the staff; the clocks run again';
GRANT EXECUTE ON FUNCTION app.answer_staff(text, text) TO gisgrid_service;
