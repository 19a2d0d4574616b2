CREATE FUNCTION app.subscription(ticket_number text)
RETURNS TABLE (email text, phone text, may_reopen_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Takes no scope: the caller has checked the ticket's secret.
SELECT
    (SELECT b.address FROM work.subscription AS b WHERE b.ticket_id = t.ticket_id AND b.kind = 'reporter') AS email,
    (SELECT b.address FROM work.subscription AS b WHERE b.ticket_id = t.ticket_id AND b.kind = 'message') AS phone,
    app.reopen_until(t.ticket_id)
FROM work.ticket AS t WHERE t.number = subscription.ticket_number;
END;
COMMENT ON FUNCTION app.subscription(text) IS
'By which ways does the reporter of a ticket hear of it, and until when may he reopen it?';
GRANT EXECUTE ON FUNCTION app.subscription(text) TO gisgrid_service;
