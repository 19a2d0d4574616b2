CREATE FUNCTION app.ticket_to_change(
    ticket_number text, actor_role text, allowed text [] DEFAULT '{dispatcher,supervisor,admin}'
) RETURNS TABLE (ticket_id bigint, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Locks the ticket. Scope is asked here, because what follows runs as the owner. A reporter has no scope: whoever says
-- that this is one has seen the ticket's secret.
DECLARE
    is_closed boolean;
    is_seen boolean;
BEGIN
    SELECT t.ticket_id, t.closed_at IS NOT NULL INTO ticket_id, is_closed
    FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE;
    SELECT p.path && app.scope() OR p.department = app.scope_department() INTO is_seen
    FROM work.ticket_private AS p WHERE p.ticket_id = ticket_to_change.ticket_id;
    refused := CASE
        WHEN ticket_id IS NULL THEN 'unknown'
        WHEN is_seen IS NOT TRUE AND actor_role <> 'reporter' OR actor_role <> ALL(allowed) THEN 'not_allowed'
        WHEN is_closed THEN 'closed' END;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.ticket_to_change(text, text, text []) IS
'May whoever asks say that this ticket is about something else, or lies elsewhere? Null: yes, and it is locked';
