CREATE FUNCTION app.follow_ticket(ticket_number text, follower text, is_on boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Only an open ticket whose point is public can be found by its place, so only such a one is followed. Who takes it back
-- may do so later, too.
DECLARE
    t record;
    who bytea;
BEGIN
    SELECT x.ticket_id, x.closed_at, x.has_public_point INTO t FROM work.ticket AS x WHERE x.number = ticket_number;
    IF t.ticket_id IS NULL THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    ELSIF is_on AND NOT t.has_public_point THEN
        PERFORM app.refuse('not_followed');
    ELSIF is_on AND t.closed_at IS NOT NULL THEN
        PERFORM app.refuse('closed');
    END IF;
    who := sha256(convert_to(t.ticket_id || ' ' || follower, 'UTF8'));
    IF is_on THEN
        INSERT INTO work.follower (ticket_id, follower_sha256) VALUES (t.ticket_id, who)
        ON CONFLICT ON CONSTRAINT somebody_follows_a_ticket_once DO NOTHING;
    ELSE
        DELETE FROM work.follower AS f WHERE f.ticket_id = t.ticket_id AND f.follower_sha256 = who;
    END IF;
    RETURN (SELECT count(*) FROM work.follower AS f WHERE f.ticket_id = t.ticket_id);
END $$;
COMMENT ON FUNCTION app.follow_ticket(text, text, boolean) IS
'Somebody sees the same thing, or takes that back: how many do now?';
GRANT EXECUTE ON FUNCTION app.follow_ticket(text, text, boolean) TO gisgrid_service;
