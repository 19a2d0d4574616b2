CREATE FUNCTION app.check_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Runs at the commit, once for each saved row; the first row of a change set has it checked, the others find no work.
DECLARE
    saved bigint[] := nullif(current_setting('gisgrid.saved', true), '')::bigint[];
    own bigint := coalesce(NEW.changeset_id, OLD.changeset_id);
BEGIN
    IF own = ANY(saved) THEN
        PERFORM set_config('gisgrid.saved', array_remove(saved, own)::text, true);
        PERFORM app.check_saved(c.changeset_id) FROM draft.changeset AS c WHERE c.changeset_id = own AND c.status = 'open';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.check_at_commit() IS 'At the commit of a saved draft: write its problems and its preview';
