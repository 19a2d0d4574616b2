CREATE FUNCTION app.show_date() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    NEW.starts_on := CASE WHEN NEW.is_dated THEN app.name_instant(NEW.valid_from) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.show_date() IS 'Keeps starts_on the words of a chosen valid_from, whichever of them was written';
