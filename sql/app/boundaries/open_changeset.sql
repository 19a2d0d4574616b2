CREATE FUNCTION app.open_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Sets the path of the area, who opened the change set, and whether a date was chosen.
BEGIN
    IF NEW.area_code IS NULL THEN
        SELECT a.code INTO NEW.area_code FROM core.login_scope AS s JOIN core.area AS a ON a.area_id = s.area_id
        WHERE s.login = session_user;
    END IF;
    NEW.opened_by := session_user;
    NEW.is_dated := NEW.is_dated OR NEW.valid_from IS DISTINCT FROM now();
    NEW.status := 'open';
    NEW.published_at := NULL;
    NEW.path := '{0}';
    IF NEW.area_code IS NOT NULL THEN
        SELECT v.path INTO NEW.path FROM core.area_version AS v
        WHERE v.network = NEW.network AND v.code = NEW.area_code AND v.recorded_to = 'infinity'
        ORDER BY v.valid_to DESC LIMIT 1;
        IF NOT FOUND THEN
            PERFORM app.refuse('no_such_area', NEW.network, NEW.area_code);
        END IF;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.open_changeset() IS 'Sets path, opened_by and is_dated of a new change set';
