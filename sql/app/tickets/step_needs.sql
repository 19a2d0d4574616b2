CREATE FUNCTION app.step_needs(ticket bigint, needs text [], note text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF 'note' = ANY(needs) AND coalesce(note, '') !~ '\S' THEN
        PERFORM app.refuse('needs_note');
    END IF;
    IF 'photo' = ANY(needs) THEN
        IF NOT EXISTS (
            SELECT FROM work.photo AS f JOIN work.clock AS c USING (ticket_id)
            WHERE f.ticket_id = ticket AND f.added_at >= c.step_since) THEN
            PERFORM app.refuse('needs_photo');
        END IF;
    END IF;
END $$;
COMMENT ON FUNCTION app.step_needs(bigint, text [], text) IS
'Refuses if a transition needs a note or a photo of this step and has none: needs_note, needs_photo';
