CREATE FUNCTION app.photo_ticket(ticket_number text, photo_kind text, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.photo_asked(ticket_number, photo_kind, most);
    IF t.refused IS NOT NULL THEN
        PERFORM app.refuse(t.refused, CASE t.refused WHEN 'unknown' THEN left(ticket_number, 64) ELSE most::text END);
    END IF;
    RETURN t.ticket_id;
END $$;
COMMENT ON FUNCTION app.photo_ticket(text, text, integer) IS
'The ticket that a photo is to be added to, locked; refuses unknown, photo_not_allowed, photo_closed, photo_too_late, photo_too_many';
GRANT EXECUTE ON FUNCTION app.photo_ticket(text, text, integer) TO gisgrid_service;
