CREATE FUNCTION app.flip_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- What was prepared goes live with the commit; one of a later date waits for it. Not what the same transaction opened
-- again after it was checked, and perhaps gave another date.
BEGIN
    PERFORM app.flip_changeset(c.changeset_id) FROM draft.changeset AS c
    WHERE c.changeset_id = NEW.changeset_id AND c.status = 'published' AND c.published_at IS NULL
      AND app.is_due(c.is_dated, c.valid_from);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.flip_at_commit() IS 'What publishing prepared goes live with the commit';
