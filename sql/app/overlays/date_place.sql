CREATE FUNCTION app.date_place() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.is_current := coalesce(NEW.starts_at <= clock_timestamp(), true) AND coalesce(NEW.ends_at > clock_timestamp(), true);
    NEW.due_at := CASE WHEN NEW.visit_hours IS NOT NULL
        THEN coalesce(NEW.visited_at + NEW.visit_hours * interval '1 hour', greatest(NEW.since, NEW.starts_at)) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.date_place() IS 'Keep whether a place is one to visit now, by its own dates, and when its next visit is due';
