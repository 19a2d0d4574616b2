CREATE FUNCTION app.only_close_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM app.refuse('version_deleted', OLD.area_version_id::text, OLD.code);
    END IF;
    IF OLD.recorded_to <> 'infinity'
       OR (to_jsonb(NEW) - 'recorded_to' - 'path' - 'geom_3857')
          IS DISTINCT FROM (to_jsonb(OLD) - 'recorded_to' - 'path' - 'geom_3857')
       OR NEW.path <> OLD.path THEN
        PERFORM app.refuse('version_changed', OLD.area_version_id::text, OLD.code);
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.only_close_the_record() IS
'Guard: no version is deleted, and the only change to a version is that its open record is closed';
