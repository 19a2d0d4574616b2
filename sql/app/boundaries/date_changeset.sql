CREATE FUNCTION app.date_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.is_dated THEN
        NEW.valid_from := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.date_changeset() IS 'A change set whose date nobody chose applies from its publishing on';
