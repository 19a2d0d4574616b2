CREATE FUNCTION app.try_publish(
    change_set bigint, applies_from timestamptz DEFAULT NULL, is_noded boolean DEFAULT false,
    OUT errors bigint, OUT summary jsonb
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The only way to the live boundaries. With errors nothing goes live, the change set keeps its state and draft.problem
-- holds the errors. summary null without errors: the change set waits for its date.
DECLARE
    c draft.changeset;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        PERFORM app.refuse(
            CASE WHEN app.may_change(c.path || c.areas) THEN 'changeset_above' ELSE 'changeset_unknown' END, change_set::text);
    ELSIF c.published_at IS NOT NULL OR c.status = 'discarded' THEN
        PERFORM app.refuse_ended(change_set, c.status);
    END IF;
    UPDATE draft.changeset SET
        status = 'published',
        is_dated = c.is_dated OR applies_from IS NOT NULL,
        -- A waiting change set keeps the approval of its publisher, because the worker, who makes it live, may do all.
        is_approved = CASE WHEN c.status = 'open' OR applies_from IS NOT NULL THEN app.may_approve(c.path, c.areas, c.network)
                           ELSE c.is_approved END,
        valid_from = coalesce(applies_from, CASE WHEN c.is_dated THEN c.valid_from ELSE clock_timestamp() END)
    WHERE changeset_id = change_set;
    errors := app.prepare_changeset(change_set, is_noded);
    IF errors > 0 THEN
        UPDATE draft.changeset SET
            status = c.status, is_dated = c.is_dated, valid_from = c.valid_from, is_approved = c.is_approved
        WHERE changeset_id = change_set;
        DELETE FROM draft.preview_row WHERE changeset_id = change_set;
        RETURN;
    END IF;
    SELECT u.* INTO c FROM draft.changeset AS u WHERE u.changeset_id = change_set;
    IF app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.flip_changeset(change_set);
    END IF;
    SELECT u.summary INTO summary FROM draft.changeset AS u WHERE u.changeset_id = change_set;
END $$;
COMMENT ON FUNCTION app.try_publish(bigint, timestamptz, boolean) IS
'Publish a change set, from applies_from on if given; returns the number of errors, which are written to draft.problem';
GRANT EXECUTE ON FUNCTION app.try_publish(bigint, timestamptz, boolean) TO gisgrid_service;
