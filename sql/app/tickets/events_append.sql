CREATE FUNCTION app.events_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history only grows: events of tickets cannot be changed or deleted';
END $$;
COMMENT ON FUNCTION app.events_append() IS
'Guard: events of tickets are appended, never changed or deleted';
