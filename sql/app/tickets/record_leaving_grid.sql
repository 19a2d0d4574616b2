CREATE FUNCTION app.record_leaving_grid() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.left_grid_at IS NULL AND (
        NEW.post_id IS NULL AND NEW.department IS NOT NULL
        OR EXISTS (SELECT FROM core.post AS p JOIN core.area AS a USING (area_id)
                   WHERE p.post_id = NEW.post_id AND a.level <> 'grid')) THEN
        NEW.left_grid_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.record_leaving_grid() IS
'Records when a ticket is first assigned above the grid: to a post of a higher area or to a department';
