CREATE FUNCTION app.prepare_on_publish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Checks at once, not at the commit, so that the refusal reaches the dialog of the program that saves the status.
DECLARE
    errors bigint := app.prepare_changeset(NEW.changeset_id);
BEGIN
    IF errors > 0 THEN
        PERFORM app.refuse_problems(NEW.changeset_id, errors);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.prepare_on_publish() IS 'When a hand sets status published: check and stage at once';
