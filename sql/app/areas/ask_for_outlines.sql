CREATE FUNCTION app.ask_for_outlines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core.outline_due DEFAULT VALUES;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.ask_for_outlines() IS 'Let the worker draw the outlines of new area versions';
