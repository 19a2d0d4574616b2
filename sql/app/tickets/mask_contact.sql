CREATE FUNCTION app.mask_contact(words text, contact_name text, contact_phone text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
-- A number however it is written in groups, with or without the prefix of a country; a mailbox in any case.
DECLARE
    piece text;
    digits text;
BEGIN
    FOREACH piece IN ARRAY regexp_split_to_array(coalesce(contact_phone, ''), '[,;，；、/]\s*') LOOP
        digits := regexp_replace(piece, '[^0-9]', '', 'g');
        digits := CASE WHEN length(digits) > 11 AND piece ~ '^\s*(\+|00)' THEN right(digits, 11) ELSE digits END;
        IF length(digits) >= 6 THEN
            words := regexp_replace(words, array_to_string(string_to_array(digits, NULL), '[-\s.()（）]*'), '***', 'g');
        END IF;
        IF piece ~ '@' THEN
            words := regexp_replace(words, regexp_replace(btrim(piece), '([^[:alnum:]@_-])', '\\\1', 'g'), '***', 'gi');
        END IF;
    END LOOP;
    IF length(btrim(contact_name)) >= 2 THEN
        words := replace(words, btrim(contact_name), '***');
    END IF;
    RETURN words;
END $$;
COMMENT ON FUNCTION app.mask_contact(text, text, text) IS
'The same words without this name, number or mailbox, wherever somebody wrote it';
