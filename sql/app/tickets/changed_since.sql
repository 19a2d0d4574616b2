CREATE FUNCTION app.changed_since(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- More than may be shown: the caller keeps those whose app.ticket_changed_at is as late.
SELECT DISTINCT e.ticket_id FROM work.event AS e
WHERE e.at >= changed_since.moment;
END;
COMMENT ON FUNCTION app.changed_since(timestamptz) IS
'Tickets to which something happened since then; app.ticket_changed_at says when publicly';
GRANT EXECUTE ON FUNCTION app.changed_since(timestamptz) TO gisgrid_service;
