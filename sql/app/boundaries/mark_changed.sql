CREATE FUNCTION app.mark_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    b core.area_version;
BEGIN
    SELECT * INTO b FROM core.area_version AS v WHERE v.area_version_id = NEW.base_version_id;
    NEW.is_redrawn := NOT FOUND OR (NEW.code, NEW.kind) IS DISTINCT FROM (b.code, b.kind)
        OR NEW.geom IS DISTINCT FROM b.geom
        OR NEW.parent_code IS DISTINCT FROM (SELECT a.code FROM core.area AS a WHERE a.area_id = b.parent_id);
    NEW.is_changed := NEW.is_redrawn OR NEW.name IS DISTINCT FROM b.name;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.mark_changed() IS 'Sets is_changed and is_redrawn: does the row differ from its base version, in more than its name?';
