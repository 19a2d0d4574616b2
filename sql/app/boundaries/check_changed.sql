-- Another date or policy needs another check: problems and preview must not wait for the next save of the draft.
CREATE FUNCTION app.check_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.check_saved(c.changeset_id) FROM draft.changeset AS c
    WHERE c.changeset_id = NEW.changeset_id AND c.status = 'open';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.check_changed() IS
'When date or policy of a change set changed: write its problems and its preview';
