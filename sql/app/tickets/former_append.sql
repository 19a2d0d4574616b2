CREATE FUNCTION app.former_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM app.refuse('ticket_history', '所在区域', 'former places');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.former_append() IS 'Guard: former paths of tickets are appended, never changed or deleted';
