CREATE FUNCTION app.publish_changeset(change_set bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done record;
BEGIN
    SELECT * INTO done FROM app.try_publish(change_set);
    IF done.errors > 0 THEN
        PERFORM app.refuse_problems(change_set, done.errors);
    END IF;
    RETURN done.summary;
END $$;
COMMENT ON FUNCTION app.publish_changeset(bigint) IS
'Publish a change set; null: it waits for its date. A refusal names the first problems and changes nothing';
GRANT EXECUTE ON FUNCTION app.publish_changeset(bigint) TO gisgrid_service;
