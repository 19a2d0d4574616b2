CREATE FUNCTION app.record_patrol_bins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    side constant float8 := 40075016.68557849 / 16384 / 32;
BEGIN
    INSERT INTO overlay.patrol_bin_change (x, y, path, seen_at)
    SELECT floor(st_xmin(n.geom_3857) / side), floor(st_ymin(n.geom_3857) / side), n.path, max(n.seen_at)
    FROM new_cell AS n GROUP BY 1, 2, 3;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO overlay.patrol_bin_change (x, y, path)
        SELECT DISTINCT floor(st_xmin(o.geom_3857) / side), floor(st_ymin(o.geom_3857) / side), o.path
        FROM old_cell AS o JOIN new_cell AS n ON n.cell = o.cell AND n.path <> o.path;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_patrol_bins() IS
'Appends to overlay.patrol_bin_change the squares of the cells that a statement saw, or relocated';
