CREATE FUNCTION app.tell_reporter(ticket_number text, words text, actor text, actor_role text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Why it was not done: unknown, not_allowed; null when done, also of a closed ticket.
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.ticket_to_change(
        ticket_number, actor_role, '{worker,department,dispatcher,supervisor,admin}');
    IF t.refused <> 'closed' THEN
        RETURN t.refused;
    END IF;
    PERFORM app.note_talk(t.ticket_id, 'told', tell_reporter.actor, words, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.tell_reporter(text, text, text, text) IS
'Staff say something to the reporter, in their scope; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.tell_reporter(text, text, text, text) TO gisgrid_service;
