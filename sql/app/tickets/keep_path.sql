CREATE FUNCTION app.keep_path() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- app.relocate_tickets sets gisgrid.relocated_from, the date from which the change set applies.
BEGIN
    INSERT INTO work.former_path (ticket_id, path, area_version_id, valid_to) VALUES (
        OLD.ticket_id, OLD.path, OLD.area_version_id,
        coalesce(nullif(current_setting('gisgrid.relocated_from', true), '')::timestamptz, clock_timestamp()));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.keep_path() IS 'Records the former path of a ticket, and the version of its grid, when it goes to others';
