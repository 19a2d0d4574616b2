CREATE FUNCTION app.told_by(ticket_number text) RETURNS TABLE (email text, phone text, may_reopen_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Takes no scope: the caller has checked the ticket's secret.
SELECT
    (SELECT b.address FROM work.told_by AS b WHERE b.ticket_id = t.ticket_id AND b.kind = 'reporter') AS email,
    (SELECT b.address FROM work.told_by AS b WHERE b.ticket_id = t.ticket_id AND b.kind = 'message') AS phone,
    app.reopen_until(t.ticket_id)
FROM work.ticket AS t WHERE t.number = told_by.ticket_number;
END;
COMMENT ON FUNCTION app.told_by(text) IS
'By which ways is the reporter of a ticket told of it, and until when may he reopen it?';
GRANT EXECUTE ON FUNCTION app.told_by(text) TO gisgrid_service;
