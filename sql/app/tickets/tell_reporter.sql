CREATE FUNCTION app.tell_reporter(ticket_number text, words text, actor text, actor_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.record_talk(
        app.ticket_to_change(ticket_number, actor_role, 'tell', true), 'told', tell_reporter.actor, words, '{}');
END $$;
COMMENT ON FUNCTION app.tell_reporter(text, text, text, text) IS
'Staff write to the reporter of a ticket in their scope';
GRANT EXECUTE ON FUNCTION app.tell_reporter(text, text, text, text) TO gisgrid_service;
