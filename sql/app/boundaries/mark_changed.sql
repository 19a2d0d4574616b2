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
    -- Once for each shape, not in every check: what is live is valid, and what keeps its shape is as valid as before.
    NEW.is_sound := CASE
        WHEN b.geom = NEW.geom THEN true
        WHEN TG_OP = 'UPDATE' AND OLD.geom = NEW.geom THEN OLD.is_sound
        ELSE st_isvalid(NEW.geom) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.mark_changed() IS
'Sets is_changed and is_redrawn: does the row differ from its base version, in more than its name? And is_sound: is its '
'shape valid?';
