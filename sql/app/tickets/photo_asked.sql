CREATE FUNCTION app.photo_asked(
    ticket_number text, photo_kind text, most integer, OUT ticket_id bigint, OUT refused text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Lock a ticket and check whether it may get a photo: a key of app.refusal, or null. Staff are checked by scope; for a
-- reporter the caller has checked the ticket's secret.
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
              AND app.in_hand(p.path, p.department)) THEN 'photo_not_allowed'
        WHEN t.closed_at IS NOT NULL THEN 'photo_closed'
        WHEN photo_kind = 'report' AND NOT (SELECT m.add_photos FROM app.reporter_may(t.ticket_id) AS m) THEN 'photo_too_late'
        WHEN held >= most THEN 'photo_too_many' END;
END $$;
COMMENT ON FUNCTION app.photo_asked(text, text, integer) IS
'Lock a ticket and check whether it may get one more photo: unknown, photo_...; null: it may';
