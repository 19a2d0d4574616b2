CREATE FUNCTION app.flip_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Staged versions go live with the commit; a change set with a later date waits. A change set that the same transaction
-- opened again after its check, perhaps with another date, does not go live.
BEGIN
    PERFORM app.flip_changeset(c.changeset_id) FROM draft.changeset AS c
    WHERE c.changeset_id = NEW.changeset_id AND c.status = 'published' AND c.published_at IS NULL
      AND app.is_due(c.is_dated, c.valid_from);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.flip_at_commit() IS 'Makes the staged versions live with the commit';
