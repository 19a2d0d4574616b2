CREATE FUNCTION app.ticket_to_change(
    ticket_number text, actor_role text, action text, even_closed boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.ticket_asked(ticket_number, actor_role, action);
    IF t.refused = 'unknown' THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    ELSIF t.refused = 'not_allowed' THEN
        PERFORM app.refuse_role(actor_role);
    ELSIF t.refused = 'closed' AND NOT even_closed THEN
        PERFORM app.refuse('closed');
    END IF;
    RETURN t.ticket_id;
END $$;
COMMENT ON FUNCTION app.ticket_to_change(text, text, text, boolean) IS
'The ticket that this role wants to act on, locked; refuses unknown, not_allowed, closed';
