CREATE FUNCTION app.ticket_asked(
    ticket_number text, actor_role text, action text DEFAULT NULL, OUT ticket_id bigint, OUT refused text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Lock a ticket and check whether it may be changed: unknown, not_allowed, closed, or null. This function checks the
-- scope, because the functions that call it run as the owner. A reporter has no scope: the caller checks the ticket's
-- secret before it names the role reporter. `action` null: the transition says which roles may take it.
DECLARE
    is_closed boolean;
    is_seen boolean;
BEGIN
    SELECT t.ticket_id, t.closed_at IS NOT NULL INTO ticket_id, is_closed
    FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE;
    SELECT app.in_hand(p.path, p.department) INTO is_seen
    FROM work.ticket_private AS p WHERE p.ticket_id = ticket_asked.ticket_id;
    refused := CASE
        WHEN ticket_id IS NULL THEN 'unknown'
        WHEN is_seen IS NOT TRUE AND actor_role <> 'reporter' THEN 'not_allowed'
        WHEN action IS NOT NULL AND NOT app.may(actor_role, action) THEN 'not_allowed'
        WHEN is_closed THEN 'closed' END;
END $$;
COMMENT ON FUNCTION app.ticket_asked(text, text, text) IS
'Lock a ticket and check whether this role may do this action on it: unknown, not_allowed, closed; null: it may';
