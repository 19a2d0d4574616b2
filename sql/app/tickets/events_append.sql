CREATE FUNCTION app.events_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM app.refuse('ticket_history', '事件', 'events');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.events_append() IS
'Guard: events of tickets are appended, never changed or deleted';
