CREATE FUNCTION app.note_reading(subject text, numbers text []) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- A transaction that has only read does not wait for the disk: of the last half second before a crash of the machine a
-- note could be lost, a crash of the service or of PostgreSQL's own processes loses none.
BEGIN
    IF pg_current_xact_id_if_assigned() IS NULL THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    PERFORM app.note('read', subject, jsonb_build_object('of', numbers));
END $$;
COMMENT ON FUNCTION app.note_reading(text, text []) IS
'Note that contacts or exact private places of these tickets were read, in one row';
GRANT EXECUTE ON FUNCTION app.note_reading(text, text []) TO gisgrid_service;
