CREATE FUNCTION app.wake_listeners() RETURNS trigger LANGUAGE plpgsql AS $$
-- Any login may send notices, and what one session does not fetch fills the server's queue, which is full at 8 GB: then
-- every commit that sends one fails. So with a queue half full nobody is woken, and the listeners look by themselves.
BEGIN
    IF pg_notification_queue_usage() < 0.5 THEN
        PERFORM pg_notify('gisgrid_change', '');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.wake_listeners() IS
'Wakes the listeners of core.change. The notification is empty; the table says what changed';
