CREATE FUNCTION app.own_number(sequence regclass, given bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
-- A number that a person gives would squat the key of somebody who comes later. QGIS fills keys in by nextval, on this
-- session or on another one of its own, and reads back what was saved.
BEGIN
    IF given = currval(sequence) THEN
        RETURN given;
    END IF;
    RETURN nextval(sequence);
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    RETURN nextval(sequence);
END $$;
COMMENT ON FUNCTION app.own_number(regclass, bigint) IS
'The key that this session drew from a sequence just now, else the next one: never one that was written by hand';
GRANT EXECUTE ON FUNCTION app.own_number(regclass, bigint) TO gisgrid_service, gisgrid_editor;
