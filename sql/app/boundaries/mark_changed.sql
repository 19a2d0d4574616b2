CREATE FUNCTION app.mark_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    b core.area_version;
BEGIN
    SELECT * INTO b FROM core.area_version AS v WHERE v.area_version_id = NEW.base_version_id;
    NEW.is_changed := NOT FOUND OR (NEW.code, NEW.kind) IS DISTINCT FROM (b.code, b.kind)
        OR NEW.name IS DISTINCT FROM b.name OR NEW.geom IS DISTINCT FROM b.geom
        OR NEW.parent_code IS DISTINCT FROM (SELECT a.code FROM core.area AS a WHERE a.area_id = b.parent_id);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.mark_changed() IS 'Sets is_changed: does the row differ from its base version?';
