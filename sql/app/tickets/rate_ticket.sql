CREATE FUNCTION app.rate_ticket(ticket_number text, score integer, words text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- In a step that the reporter may leave, the rating takes that step and so closes the ticket.
DECLARE
    t work.ticket;
    next_step text;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    ELSIF NOT (SELECT m.rate FROM app.reporter_may(t.ticket_id) AS m) THEN
        PERFORM app.refuse(CASE
            WHEN t.closed_at IS NULL THEN 'not_done_yet'
            WHEN EXISTS (SELECT FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter')
                THEN 'rated_already'
            ELSE 'rated_too_late' END);
    END IF;
    IF t.closed_at IS NULL THEN
        SELECT r.to_step INTO next_step FROM work.transition AS r
        JOIN work.step AS s ON s.workflow = r.workflow AND s.step = r.to_step
        WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'forward' AND 'reporter' = ANY(r.roles)
        ORDER BY s.closes DESC, s.position LIMIT 1;
        BEGIN
            PERFORM app.move_ticket(t.ticket_id, next_step, NULL, 'reporter', words);
        EXCEPTION WHEN SQLSTATE 'GG403' OR SQLSTATE 'GG409' OR SQLSTATE 'GG422' THEN
            PERFORM app.refuse('not_done_yet');
        END;
    END IF;
    INSERT INTO work.rating AS g (ticket_id, rater, score, words)
    VALUES (t.ticket_id, 'reporter', rate_ticket.score, rate_ticket.words)
    ON CONFLICT ON CONSTRAINT a_rater_rates_a_ticket_once DO UPDATE
    SET score = excluded.score, words = excluded.words, rated_at = excluded.rated_at;
    PERFORM app.record_talk(t.ticket_id, 'rated', NULL, NULL, jsonb_build_object(
        'rater', 'reporter', 'score', rate_ticket.score));
END $$;
COMMENT ON FUNCTION app.rate_ticket(text, integer, text) IS
'The reporter rates a ticket, 1 to 5; that closes a ticket in feedback';
GRANT EXECUTE ON FUNCTION app.rate_ticket(text, integer, text) TO gisgrid_service;
