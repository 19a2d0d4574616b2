-- A client may save many rows one by one; the draft is checked once, at the commit.
CREATE FUNCTION app.record_saved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' THEN
        PERFORM set_config('gisgrid.saved', (
            SELECT coalesce(array_agg(DISTINCT i.id), '{}') FROM (
                SELECT r.changeset_id AS id FROM saved_row AS r
                UNION ALL
                SELECT unnest(nullif(current_setting('gisgrid.saved', true), '')::bigint[])) AS i)::text, true);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_saved() IS
'Record, for the check at the commit, which change sets a transaction has drawn in';
