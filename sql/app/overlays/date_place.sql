CREATE FUNCTION app.date_place() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.is_current := coalesce(NEW.starts_at <= clock_timestamp(), true) AND coalesce(NEW.ends_at > clock_timestamp(), true);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.date_place() IS 'Keep whether a place is one to visit now, by its own dates';
