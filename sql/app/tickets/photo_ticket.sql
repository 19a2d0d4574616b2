CREATE FUNCTION app.photo_ticket(ticket_number text, photo_kind text, most integer)
RETURNS TABLE (ticket_id bigint, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Locks the ticket. Staff by their scope; for the reporter whoever calls has asked for the ticket's secret.
DECLARE
    t work.ticket;
    held bigint;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    ticket_id := t.ticket_id;
    SELECT count(*) INTO held FROM work.photo AS f WHERE f.ticket_id = t.ticket_id AND f.kind = photo_kind;
    refused := CASE
        WHEN t.ticket_id IS NULL THEN 'unknown'
        WHEN photo_kind = 'work' AND NOT EXISTS (
            SELECT FROM work.ticket_private AS p WHERE p.ticket_id = t.ticket_id
              AND (p.path && app.scope() OR p.department = app.scope_department())) THEN 'not_allowed'
        WHEN t.closed_at IS NOT NULL THEN 'closed'
        WHEN photo_kind = 'report' AND NOT (SELECT m.add_photos FROM app.reporter_may(t.ticket_id) AS m) THEN 'too_late'
        WHEN held >= most THEN 'too_many' END;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.photo_ticket(text, text, integer) IS
'May a photo be added to this ticket? refused: unknown, not_allowed, closed, too_late, too_many; null: yes, and it is locked';
GRANT EXECUTE ON FUNCTION app.photo_ticket(text, text, integer) TO gisgrid_service;
