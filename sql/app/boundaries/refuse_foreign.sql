CREATE FUNCTION app.refuse_foreign(change_set bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Functions that write as the owner call this first: else a login of another town could have them work on a draft that
-- the row policies hide from it. A change set that does not exist gets the same refusal.
BEGIN
    IF NOT EXISTS (
        SELECT FROM draft.changeset AS c WHERE c.changeset_id = change_set AND app.may_change(c.path || c.areas)) THEN
        PERFORM app.refuse('changeset_unknown', change_set::text);
    END IF;
END $$;
COMMENT ON FUNCTION app.refuse_foreign(bigint) IS 'Refuse a change set outside the caller''s scope';
