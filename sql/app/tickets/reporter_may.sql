CREATE FUNCTION app.reporter_may(ticket bigint)
RETURNS TABLE (add_photos boolean, answer boolean, rate boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- An open ticket that has a rating was reopened: it may be rated once more.
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    SELECT t.closed_at IS NULL AND (c.paused_at IS NOT NULL OR t.received_at > moment - interval '24 h'),
           t.closed_at IS NULL AND c.paused_at IS NOT NULL,
           t.duplicate_of IS NULL AND CASE WHEN t.closed_at IS NULL THEN EXISTS (
                    SELECT FROM work.transition AS r
                    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'forward'
                      AND 'reporter' = ANY(r.roles))
                ELSE t.closed_at > moment - interval '30 days' AND NOT EXISTS (
                    SELECT FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter') END
    FROM work.ticket AS t LEFT JOIN work.clock AS c ON c.ticket_id = t.ticket_id
    WHERE t.ticket_id = reporter_may.ticket;
END $$;
COMMENT ON FUNCTION app.reporter_may(bigint) IS
'What may the reporter do now: add photos (for a day, and while asked something), answer (while asked), rate?';
