CREATE FUNCTION app.flip_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Staged versions go live with the commit; a change set with a later date waits. A change set that the same transaction
-- opened again after its check, perhaps with another date, does not go live.
-- The first call puts the trigger at the end of what the commit has to do, so that nothing slow is done after the flip,
-- under the lock that reports wait for. If the second call comes within the first, the constraints are IMMEDIATE: this
-- is not the commit, and the transaction could keep that lock.
BEGIN
    IF OLD.status = 'open' OR current_setting('gisgrid.undo', true) = NEW.changeset_id::text THEN
        IF current_setting('gisgrid.flip', true) = 'asked' THEN
            PERFORM app.refuse('only_at_commit', NEW.changeset_id::text);
        END IF;
        PERFORM set_config('gisgrid.undo', '', true);
        PERFORM set_config('gisgrid.flip', 'asked', true);
        UPDATE draft.changeset AS c SET status = c.status
        WHERE c.changeset_id = NEW.changeset_id AND c.status = 'published' AND c.published_at IS NULL;
        PERFORM set_config('gisgrid.flip', '', true);
        RETURN NULL;
    END IF;
    IF current_setting('gisgrid.flip', true) = 'asked' THEN
        PERFORM app.refuse('only_at_commit', NEW.changeset_id::text);
    END IF;
    PERFORM app.flip_changeset(c.changeset_id) FROM draft.changeset AS c
    WHERE c.changeset_id = NEW.changeset_id AND c.status = 'published' AND c.published_at IS NULL
      AND app.is_due(c.is_dated, c.valid_from);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.flip_at_commit() IS 'Makes the staged versions live with the commit, as the last thing of it';
