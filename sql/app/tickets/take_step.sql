CREATE FUNCTION app.take_step(
    ticket_number text, next_step text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Move a ticket along its template, for staff: scope is asked by app.ticket_to_change. Why it was not done: unknown,
-- not_allowed, or what app.move_ticket says; null when done.
DECLARE
    can record;
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, ARRAY[actor_role]);
    IF can.refused IN ('unknown', 'not_allowed') THEN
        RETURN can.refused;
    END IF;
    RETURN app.move_ticket(can.ticket_id, next_step, actor, actor_role, note);
END $$;
COMMENT ON FUNCTION app.take_step(text, text, text, text, text) IS
'Move a ticket along its workflow; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.take_step(text, text, text, text, text) TO gisgrid_service;
