CREATE FUNCTION app.own_number(sequence regclass, given bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
-- A number that a person types would take the key of a later row. QGIS draws its keys by nextval, in this session or
-- in another session of the same program, and reads back what was saved.
BEGIN
    IF given = currval(sequence) THEN
        RETURN given;
    END IF;
    RETURN nextval(sequence);
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    RETURN nextval(sequence);
END $$;
COMMENT ON FUNCTION app.own_number(regclass, bigint) IS
'The key that this session has just drawn from the sequence, else the next one: never a number that was typed';
GRANT EXECUTE ON FUNCTION app.own_number(regclass, bigint) TO gisgrid_service, gisgrid_editor;
