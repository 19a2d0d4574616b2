CREATE FUNCTION app.record_news(ticket bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box, ticket_id, counted_in)
    SELECT 'ticket', st_envelope(t.geom), t.ticket_id, t.path
    FROM work.ticket AS t WHERE t.ticket_id = ticket AND t.geom IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.record_news(bigint) IS
'Record a change of a ticket in core.change where no public fact changed, so that viewers load the ticket again';
