CREATE FUNCTION app.record_camera_bins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Appends only, so that writers do not wait for each other.
DECLARE
    side constant float8 := 40075016.68557849 / 65536;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.path, OLD.geom) IS NOT DISTINCT FROM (NEW.path, NEW.geom) THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO overlay.camera_bin_change VALUES (
            floor(st_x(OLD.geom_3857) / side), floor(st_y(OLD.geom_3857) / side), OLD.path, -1,
            -(st_x(OLD.geom_3857) * 100)::bigint, -(st_y(OLD.geom_3857) * 100)::bigint, -OLD.camera_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO overlay.camera_bin_change VALUES (
            floor(st_x(NEW.geom_3857) / side), floor(st_y(NEW.geom_3857) / side), NEW.path, 1,
            (st_x(NEW.geom_3857) * 100)::bigint, (st_y(NEW.geom_3857) * 100)::bigint, NEW.camera_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_camera_bins() IS
'Appends to overlay.camera_bin_change that a camera came, went, or belongs to another area';
