CREATE FUNCTION app.flip_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- What was prepared goes live with the commit; one of a later date waits for it.
BEGIN
    IF app.is_due(NEW.is_dated, NEW.valid_from) THEN
        PERFORM app.flip_changeset(NEW.changeset_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.flip_at_commit() IS 'What publishing prepared goes live with the commit';
