CREATE FUNCTION app.erase_reporters(keep_days integer, batch integer DEFAULT 200) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One batch; returns how many tickets, 0 when all are done. Workers skip each other's tickets.
DECLARE
    old bigint[];
    ticket bigint;
BEGIN
    old := ARRAY(
        SELECT p.ticket_id
        FROM work.ticket_private AS p JOIN work.ticket AS t ON t.ticket_id = p.ticket_id
        WHERE t.closed_at < clock_timestamp() - make_interval(days => keep_days)
          AND (p.contact_name IS NOT NULL OR p.contact_phone IS NOT NULL
              OR EXISTS (SELECT FROM work.subscription AS b WHERE b.ticket_id = p.ticket_id) OR EXISTS (
              SELECT FROM work.photo AS f WHERE f.ticket_id = p.ticket_id AND f.kind = 'report'))
        ORDER BY p.ticket_id LIMIT batch FOR UPDATE OF p SKIP LOCKED);
    FOREACH ticket IN ARRAY old LOOP
        PERFORM app.erase_reporter(ticket);
    END LOOP;
    RETURN cardinality(old);
END $$;
COMMENT ON FUNCTION app.erase_reporters(integer, integer) IS
'Erase contact and photos of reporters so many days after closing: one batch; returns how many tickets';
