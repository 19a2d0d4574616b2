CREATE FUNCTION app.record_solving() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.solved_in_grid := CASE WHEN NEW.closed_at IS NOT NULL AND NEW.duplicate_of IS NULL THEN
        NEW.area_version_id IS NOT NULL AND EXISTS (
            SELECT FROM work.ticket_private AS p WHERE p.ticket_id = NEW.ticket_id AND p.left_grid_at IS NULL) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.record_solving() IS 'Records for a ticket that closes whether its grid solved it alone';
