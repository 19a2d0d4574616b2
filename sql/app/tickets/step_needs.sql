CREATE FUNCTION app.step_needs(ticket bigint, needs text [], note text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- What a transition needs and has not got: needs_note, needs_photo; null when it has all.
BEGIN
    IF 'note' = ANY(needs) AND coalesce(note, '') !~ '\S' THEN
        RETURN 'needs_note';
    END IF;
    IF 'photo' = ANY(needs) THEN
        IF NOT EXISTS (
            SELECT FROM work.photo AS f JOIN work.clock AS c USING (ticket_id)
            WHERE f.ticket_id = ticket AND f.added_at >= c.step_since) THEN
            RETURN 'needs_photo';
        END IF;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.step_needs(bigint, text [], text) IS
'What a transition needs and was not given: needs_note, needs_photo (one of this step); null: nothing';
