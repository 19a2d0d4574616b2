CREATE FUNCTION app.record_place_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Of a line all its ground is old, for the people of every grid that has a part of it.
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO core.change (layer, box, path)
        VALUES ('place', st_envelope(coalesce(NEW.course, NEW.geom)), NEW.scope);
    END IF;
    IF TG_OP = 'DELETE' OR (
        TG_OP = 'UPDATE' AND (st_asbinary(coalesce(OLD.course, OLD.geom)), OLD.scope)
        IS DISTINCT FROM (st_asbinary(coalesce(NEW.course, NEW.geom)), NEW.scope)
    ) THEN
        INSERT INTO core.change (layer, box, path)
        VALUES ('place', st_envelope(coalesce(OLD.course, OLD.geom)), OLD.scope);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_place_change() IS 'Records in core.change where a place is and was, a line with all its ground';
