CREATE FUNCTION app.name_publisher() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.published_by := CASE
        WHEN TG_OP = 'INSERT' OR NEW.status = 'open' THEN NULL
        WHEN NEW.status = OLD.status THEN OLD.published_by
        WHEN NEW.status = 'published' THEN app.actor()
        ELSE OLD.published_by END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.name_publisher() IS 'Keep who published a change set, also where the worker takes it live on its day';
