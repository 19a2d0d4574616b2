CREATE FUNCTION app.keep_path() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Whoever lets tickets follow a change set says for this transaction from when on the change set applies.
BEGIN
    INSERT INTO work.former_path (ticket_id, path, valid_to) VALUES (
        OLD.ticket_id, OLD.path,
        coalesce(nullif(current_setting('gisgrid.moved_from', true), '')::timestamptz, clock_timestamp()));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.keep_path() IS 'Whatever gives a ticket other areas, those that it had are kept';
