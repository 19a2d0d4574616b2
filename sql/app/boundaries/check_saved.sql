CREATE FUNCTION app.check_saved(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Nobody calls it by himself: it changes the date of what it is given, and EXPLAIN (ANALYZE, BUFFERS) of a call counts what it
-- reads of private rows. After a save: write the problems, and without errors the preview too. A change set without a chosen date is checked
-- as of now. What others published is taken over first, so that a conflict shows here and not only when publishing.
BEGIN
    PERFORM app.refuse_foreign(change_set);
    UPDATE draft.changeset SET valid_from = clock_timestamp() WHERE changeset_id = change_set AND NOT is_dated;
    PERFORM app.rebase_draft(change_set) FROM draft.changeset AS c WHERE c.changeset_id = change_set AND c.is_filled;
    PERFORM app.settle_changeset(change_set, app.same_line_deg());
    IF app.check_changeset(change_set) = 0 THEN
        PERFORM app.preview_changeset(change_set);
    ELSE
        DELETE FROM draft.preview_row WHERE changeset_id = change_set;
    END IF;
END $$;
COMMENT ON FUNCTION app.check_saved(bigint) IS
'After a save: take over what others published, write the problems and the preview of a draft';
