CREATE FUNCTION app.one_of(field text, given text, emptied text, VARIADIC choices text []) RETURNS text
LANGUAGE plpgsql AS $$
-- QGIS empties a list to null; an empty value changes nothing.
DECLARE
    chosen text := coalesce(nullif(given, ''), emptied);
BEGIN
    IF chosen <> ALL(choices) THEN
        PERFORM app.refuse('no_such_choice', field, chosen, array_to_string(choices, ', '));
    END IF;
    RETURN chosen;
END $$;
COMMENT ON FUNCTION app.one_of(text, text, text, text []) IS
'The value of a field that holds one of a few words; emptied: what an empty one means. Refuses others';
GRANT EXECUTE ON FUNCTION app.one_of(text, text, text, text []) TO gisgrid_editor, gisgrid_service;
