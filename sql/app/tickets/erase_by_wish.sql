CREATE FUNCTION app.erase_by_wish(number text, contact text) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- A number is compared by its digits, as people write it in groups.
DECLARE
    found record;
    digits text := nullif(regexp_replace(contact, '[^0-9]', '', 'g'), '');
BEGIN
    FOR found IN
        SELECT t.ticket_id, t.number FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
        WHERE (num_nonnulls(p.contact_name, p.contact_phone) > 0
               OR EXISTS (SELECT FROM work.subscription AS b WHERE b.ticket_id = t.ticket_id)) AND (
            t.number = erase_by_wish.number
            OR EXISTS (SELECT FROM work.subscription AS b
                       WHERE b.ticket_id = t.ticket_id AND lower(b.address) = lower(btrim(contact)))
            OR contact LIKE '%@%' AND lower(p.contact_phone) LIKE '%' || lower(btrim(contact)) || '%'
            OR contact NOT LIKE '%@%' AND length(digits) >= 6
                AND regexp_replace(p.contact_phone, '[^0-9]', '', 'g') LIKE '%' || digits || '%')
        ORDER BY t.ticket_id
    LOOP
        PERFORM app.erase_reporter(found.ticket_id);
        RETURN NEXT found.number;
    END LOOP;
END $$;
COMMENT ON FUNCTION app.erase_by_wish(text, text) IS
'Erase the reporter of this ticket, or of all with this telephone number or mailbox, at once; returns their numbers';
