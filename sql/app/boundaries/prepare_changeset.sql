CREATE FUNCTION app.prepare_changeset(change_set bigint, is_noded boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Take over what others published, check the draft once, and stage its versions if it applies at once. is_noded: the
-- drawn leaves are all of the network, and their lines match corner by corner (an import has seen to it).
DECLARE
    c draft.changeset;
    errors bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM app.refuse('old_snapshot', change_set::text);  -- an old snapshot does not show the present boundaries
    END IF;
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF c.is_filled THEN
        PERFORM app.rebase_draft(change_set);
    END IF;
    IF NOT is_noded THEN
        PERFORM app.settle_changeset(change_set, app.same_line_deg());
    END IF;
    errors := app.check_changeset(change_set);
    IF errors = 0 AND app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.stage_changeset(change_set, is_noded);
    END IF;
    RETURN errors;
END $$;
COMMENT ON FUNCTION app.prepare_changeset(bigint, boolean) IS
'Check a draft and stage its versions; returns the number of errors, which are written to draft.problem';
