CREATE FUNCTION app.undo_by_hand(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Checks at once, so that a refusal reaches the dialog, and goes live with the commit, as a publish by hand does.
DECLARE
    opened bigint := app.undo_changeset(change_set);
    errors bigint;
BEGIN
    UPDATE draft.changeset SET status = 'published', is_approved = app.may_approve(path, areas, network)
    WHERE changeset_id = opened;
    errors := app.prepare_changeset(opened);
    IF errors > 0 THEN
        PERFORM app.refuse_problems(opened, errors);
    END IF;
    PERFORM set_config('gisgrid.undo', opened::text, true);
    PERFORM set_config('gisgrid.flip', 'asked', true);
    UPDATE draft.changeset AS c SET status = c.status WHERE c.changeset_id = opened;
    PERFORM set_config('gisgrid.flip', '', true);
END $$;
COMMENT ON FUNCTION app.undo_by_hand(bigint) IS
'When a hand sets status undone: publish with the commit another change set, which restores what this one altered';
GRANT EXECUTE ON FUNCTION app.undo_by_hand(bigint) TO gisgrid_editor;
