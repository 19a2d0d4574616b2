CREATE FUNCTION app.wake_listeners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gisgrid_change', '');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.wake_listeners() IS
'Wakes the listeners of core.change. The notification is empty; the table says what changed';
