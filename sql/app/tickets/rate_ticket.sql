CREATE FUNCTION app.rate_ticket(ticket_number text, score integer, words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_yet, already, too_late; null when done. In a step that the reporter may leave,
-- he takes it: rating closes the ticket.
DECLARE
    t work.ticket;
    next_step text;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown';
    ELSIF NOT (SELECT m.rate FROM app.reporter_may(t.ticket_id) AS m) THEN
        RETURN CASE
            WHEN t.closed_at IS NULL THEN 'not_yet'
            WHEN EXISTS (SELECT FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter')
                THEN 'already'
            ELSE 'too_late' END;
    END IF;
    IF t.closed_at IS NULL THEN
        SELECT r.to_step INTO next_step FROM work.transition AS r
        JOIN work.step AS s ON s.workflow = r.workflow AND s.step = r.to_step
        WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'forward' AND 'reporter' = ANY(r.roles)
        ORDER BY s.closes DESC, s.position LIMIT 1;
        IF app.move_ticket(t.ticket_id, next_step, NULL, 'reporter', words) IS NOT NULL THEN
            RETURN 'not_yet';
        END IF;
    END IF;
    INSERT INTO work.rating AS g (ticket_id, rater, score, words)
    VALUES (t.ticket_id, 'reporter', rate_ticket.score, rate_ticket.words)
    ON CONFLICT ON CONSTRAINT a_rater_rates_a_ticket_once DO UPDATE
    SET score = excluded.score, words = excluded.words, rated_at = excluded.rated_at;
    PERFORM app.note_talk(t.ticket_id, 'rated', NULL, NULL, jsonb_build_object(
        'rater', 'reporter', 'score', rate_ticket.score));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.rate_ticket(text, integer, text) IS
'The reporter rates how it went, 1 to 5, which closes a ticket in feedback; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.rate_ticket(text, integer, text) TO gisgrid_service;
