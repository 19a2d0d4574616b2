CREATE FUNCTION app.record_overlay_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO core.change (layer, box, path) VALUES (TG_ARGV[0], st_envelope(NEW.geom), NEW.path);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (OLD.geom, OLD.path) IS DISTINCT FROM (NEW.geom, NEW.path)) THEN
        INSERT INTO core.change (layer, box, path) VALUES (TG_ARGV[0], st_envelope(OLD.geom), OLD.path);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_overlay_change() IS
'Records in core.change where a thing is and was; the trigger''s argument is its layer';
