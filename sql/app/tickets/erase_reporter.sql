CREATE FUNCTION app.erase_reporter(ticket bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The rows of the photos go here; the clearing of files without a row removes their files. gisgrid.erasing opens the
-- history of this ticket for its words alone.
DECLARE
    p work.ticket_private;
    photos bigint;
BEGIN
    SELECT x.* INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = ticket FOR UPDATE;
    IF num_nonnulls(p.contact_name, p.contact_phone) > 0 THEN
        PERFORM set_config('gisgrid.erasing', ticket::text, true);
        UPDATE work.event AS e SET note = m.words, detail = m.facts
        FROM (
            SELECT y.event_id, app.mask_contact(y.note, p.contact_name, p.contact_phone) AS words,
                   app.mask_contact(y.detail::text, p.contact_name, p.contact_phone)::jsonb AS facts
            FROM work.event AS y WHERE y.ticket_id = ticket) AS m
        WHERE e.event_id = m.event_id AND (e.note, e.detail) IS DISTINCT FROM (m.words, m.facts);
        PERFORM set_config('gisgrid.erasing', '', true);
        UPDATE work.pause AS s SET reason = app.mask_contact(s.reason, p.contact_name, p.contact_phone)
        WHERE s.ticket_id = ticket;
        UPDATE work.rating AS g SET words = app.mask_contact(g.words, p.contact_name, p.contact_phone)
        WHERE g.ticket_id = ticket AND g.words IS NOT NULL;
        UPDATE work.whistle AS w SET note = app.mask_contact(w.note, p.contact_name, p.contact_phone),
            result = app.mask_contact(w.result, p.contact_name, p.contact_phone)
        WHERE w.ticket_id = ticket AND num_nonnulls(w.note, w.result) > 0;
        UPDATE work.public_words AS b SET words = app.mask_contact(b.words, p.contact_name, p.contact_phone)
        WHERE b.ticket_id = ticket;
        UPDATE work.ticket_private AS x SET contact_name = NULL, contact_phone = NULL,
            description = app.mask_contact(x.description, p.contact_name, p.contact_phone)
        WHERE x.ticket_id = ticket;
    END IF;
    DELETE FROM work.subscription AS b WHERE b.ticket_id = ticket;
    DELETE FROM work.client_ref AS r WHERE r.ticket_id = ticket;
    DELETE FROM work.photo AS f WHERE f.ticket_id = ticket AND f.kind = 'report';
    GET DIAGNOSTICS photos = ROW_COUNT;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, detail)
    SELECT ticket, p.path, p.department, 'erased', t.step, t.step, jsonb_build_object(
        'contact', num_nonnulls(p.contact_name, p.contact_phone) > 0, 'photos', photos)
    FROM work.ticket AS t WHERE t.ticket_id = ticket;
END $$;
COMMENT ON FUNCTION app.erase_reporter(bigint) IS
'Erase the reporter of a ticket: contact, photos, the keys of his reports, and his name and number in all words of it';
