CREATE FUNCTION app.review_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- For a check on request: take over what others published, as publishing would, then write problems and preview.
-- Returns the number of errors; with errors the preview is empty.
DECLARE
    c draft.changeset;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path || c.areas) THEN
        PERFORM app.refuse('changeset_unknown', change_set::text);
    END IF;
    IF c.published_at IS NOT NULL OR c.status = 'discarded' THEN
        PERFORM app.refuse_ended(change_set, c.status);
    END IF;
    PERFORM app.check_saved(change_set);
    RETURN (SELECT count(*) FROM draft.problem WHERE changeset_id = change_set AND severity = 'error');
END $$;
COMMENT ON FUNCTION app.review_changeset(bigint) IS
'Take over what others published, then write the problems and the preview of a draft; returns the number of errors';
GRANT EXECUTE ON FUNCTION app.review_changeset(bigint) TO gisgrid_service;
