CREATE FUNCTION app.fill_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.is_filled THEN
        PERFORM app.fill_draft(NEW.changeset_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.fill_changeset() IS 'Fill the draft of a new change set with the live leaves of its area';
