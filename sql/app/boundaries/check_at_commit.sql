CREATE FUNCTION app.check_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
-- At the commit, for the first row of each change set; the others find nothing left to check.
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
COMMENT ON FUNCTION app.check_at_commit() IS 'Saving a draft writes its problems and its preview';
