CREATE FUNCTION app.prepare_on_publish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Every check at once, so that the text of a refusal reaches the dialog of the program that saved the status.
DECLARE
    errors bigint := app.prepare_changeset(NEW.changeset_id);
BEGIN
    IF errors > 0 THEN
        PERFORM app.refuse_problems(NEW.changeset_id, errors);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.prepare_on_publish() IS 'Saving the status published by hand checks and stages at once';
