CREATE FUNCTION app.only_close_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'history only grows: version % of % cannot be deleted', OLD.area_version_id, OLD.code
            USING HINT = 'publish a change set instead';
    END IF;
    IF OLD.recorded_to <> 'infinity'
       OR (to_jsonb(NEW) - 'recorded_to' - 'path' - 'geom_3857')
          IS DISTINCT FROM (to_jsonb(OLD) - 'recorded_to' - 'path' - 'geom_3857')
       OR NEW.path <> OLD.path THEN
        RAISE EXCEPTION 'history only grows: of version % of % only the open end of its record may be closed',
            OLD.area_version_id, OLD.code USING HINT = 'publish a change set instead';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.only_close_the_record() IS
'Guard: a version is never deleted, and of it only the open end of its record is ever closed';
