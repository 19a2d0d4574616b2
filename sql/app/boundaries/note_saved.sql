-- Whoever draws sees what is wrong and what would move: once a save, however many rows the client sends one by one.
CREATE FUNCTION app.note_saved() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION app.note_saved() IS 'A transaction knows in which change sets it has drawn since their last check';
