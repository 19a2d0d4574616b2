CREATE FUNCTION app.write_public_words(ticket_number text, words text, actor text, actor_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Name and number of the reporter are taken out, should somebody have copied his words.
DECLARE
    ticket bigint := app.ticket_to_change(ticket_number, actor_role, 'tell', true);
    said text;
BEGIN
    SELECT app.mask_contact(btrim(words), p.contact_name, p.contact_phone) INTO said
    FROM work.ticket_private AS p WHERE p.ticket_id = ticket;
    IF words IS NULL THEN
        DELETE FROM work.public_words AS w WHERE w.ticket_id = ticket;
    ELSE
        INSERT INTO work.public_words AS w (ticket_id, words, actor) VALUES (ticket, said, write_public_words.actor)
        ON CONFLICT ON CONSTRAINT public_words_pkey DO UPDATE
        SET words = excluded.words, actor = excluded.actor, written_at = clock_timestamp();
    END IF;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note)
    SELECT t.ticket_id, t.path, p.department, 'said_publicly', t.step, t.step, write_public_words.actor, said
    FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id) WHERE t.ticket_id = ticket;
END $$;
COMMENT ON FUNCTION app.write_public_words(text, text, text, text) IS
'Staff write about a ticket in their scope for everybody; null: nothing any more';
GRANT EXECUTE ON FUNCTION app.write_public_words(text, text, text, text) TO gisgrid_service;
