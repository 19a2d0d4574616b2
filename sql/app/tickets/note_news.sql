CREATE FUNCTION app.note_news(ticket bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ticket', st_envelope(t.geom) FROM work.ticket AS t WHERE t.ticket_id = ticket AND t.geom IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.note_news(bigint) IS
'Something was added to a ticket that is no fact of it: whoever looks at it asks again';
