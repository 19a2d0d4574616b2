CREATE FUNCTION app.take_step(
    ticket_number text, next_step text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- For staff: app.ticket_to_change checks the scope; the transition says which roles may take the step.
BEGIN
    PERFORM app.move_ticket(
        app.ticket_to_change(ticket_number, actor_role, NULL, true), next_step, actor, actor_role, note);
END $$;
COMMENT ON FUNCTION app.take_step(text, text, text, text, text) IS
'Move a ticket to another step of its workflow; refuses as app.ticket_to_change and app.move_ticket do';
GRANT EXECUTE ON FUNCTION app.take_step(text, text, text, text, text) TO gisgrid_service;
