CREATE FUNCTION app.record_place_bins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Appends only, so that writers do not wait for each other.
DECLARE
    side constant float8 := 40075016.68557849 / 65536;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.path, OLD.x_m, OLD.y_m, OLD.is_current, OLD.due_at)
        IS NOT DISTINCT FROM (NEW.path, NEW.x_m, NEW.y_m, NEW.is_current, NEW.due_at) THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO overlay.place_bin_change VALUES (floor(OLD.x_m / side), floor(OLD.y_m / side), OLD.path);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO overlay.place_bin_change VALUES (floor(NEW.x_m / side), floor(NEW.y_m / side), NEW.path);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_place_bins() IS
'Appends to overlay.place_bin_change the square of a place that came, went, was visited, or belongs to another area';
