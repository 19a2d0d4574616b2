CREATE FUNCTION app.scope_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    NEW.scope := CASE WHEN NEW.course IS NULL THEN NEW.path ELSE app.scope_of_course(NEW.course, NEW.path) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.scope_place() IS
'Keeps overlay.place.scope: a point is of its own grid, a line of every grid that has a part of it';
