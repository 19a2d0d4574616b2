CREATE FUNCTION app.date_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT NEW.is_dated THEN
        NEW.valid_from := clock_timestamp();
    END IF;
    NEW.is_approved := app.may_approve(NEW.path, NEW.areas, NEW.network);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.date_changeset() IS
'A change set whose date nobody chose applies from its publishing on; records whether somebody above the area '
'publishes it';
