CREATE FUNCTION app.ticket_changed_at(ticket bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- A duplicate that is found changes no fact of the original, and would say by its time which ticket that was. A
-- relocation of a ticket whose point is private would say that the point lies where the old grid and the new overlap.
SELECT e.at
FROM work.event AS e
INNER JOIN work.ticket AS t ON e.ticket_id = t.ticket_id
WHERE
    e.ticket_id = ticket_changed_at.ticket
    AND e.action <> 'duplicate_found' AND (t.has_public_point OR e.action <> 'moved')
ORDER BY e.event_id DESC
LIMIT 1;
END;
COMMENT ON FUNCTION app.ticket_changed_at(bigint) IS
'When did something last happen to a ticket? The time is public, also where the event is not, unless the time would '
'tell of a private point';
GRANT EXECUTE ON FUNCTION app.ticket_changed_at(bigint) TO gisgrid_service;
