CREATE FUNCTION app.prepare_on_publish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Every check, at once, so that its text reaches whoever saved the status.
BEGIN
    PERFORM app.prepare_changeset(NEW.changeset_id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.prepare_on_publish() IS 'Publishing checks and stages at once';
