CREATE FUNCTION app.person_called(name text, phone text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The same name with the same telephone number is one person; a name alone is somebody new.
DECLARE
    found_id bigint;
BEGIN
    IF coalesce(person_called.name, '') = '' THEN
        RETURN NULL;
    END IF;
    SELECT min(h.person_id) INTO found_id FROM core.person AS h
    WHERE h.name = person_called.name AND h.phone = nullif(person_called.phone, '');
    IF found_id IS NULL THEN
        INSERT INTO core.person (name, phone) VALUES (person_called.name, nullif(person_called.phone, ''))
        RETURNING person_id INTO found_id;
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION app.person_called(text, text) IS
'The person with this name and telephone number, made where there is none yet; null without a name: a vacant post';
