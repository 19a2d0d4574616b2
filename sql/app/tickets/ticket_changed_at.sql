CREATE FUNCTION app.ticket_changed_at(ticket bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
SELECT e.at FROM work.event AS e WHERE e.ticket_id = ticket ORDER BY e.event_id DESC LIMIT 1;
END;
COMMENT ON FUNCTION app.ticket_changed_at(bigint) IS
'When did something last happen to a ticket? The time is public, also where the event is not';
GRANT EXECUTE ON FUNCTION app.ticket_changed_at(bigint) TO gisgrid_service;
