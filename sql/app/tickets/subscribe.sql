CREATE FUNCTION app.subscribe(ticket_number text, way text, new_address text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The caller has checked the ticket's secret, or the mark of a link. Who unsubscribes hears no more at once: what
-- waits for him goes. Mailboxes of reporters are one target, so that they hear like everybody.
DECLARE
    ticket bigint := (SELECT t.ticket_id FROM work.ticket AS t WHERE t.number = ticket_number);
    was text;
BEGIN
    IF ticket IS NULL THEN
        PERFORM app.refuse('unknown', left(ticket_number, 64));
    END IF;
    SELECT b.address INTO was FROM work.subscription AS b WHERE b.ticket_id = ticket AND b.kind = way;
    IF new_address IS NULL THEN
        DELETE FROM work.subscription AS b WHERE b.ticket_id = ticket AND b.kind = way;
        DELETE FROM work.delivery AS d USING work.target AS g
        WHERE d.ticket_id = ticket AND d.target_id = g.target_id AND g.kind = way AND d.delivered_at IS NULL;
        RETURN was IS NOT NULL;
    END IF;
    INSERT INTO work.subscription AS b (ticket_id, kind, address) VALUES (ticket, way, new_address)
    ON CONFLICT ON CONSTRAINT a_reporter_subscribes_one_way_once DO UPDATE
    SET address = excluded.address, asked_at = clock_timestamp();
    IF way = 'reporter' AND NOT EXISTS (SELECT FROM work.target AS g WHERE g.kind = 'reporter') THEN
        INSERT INTO work.target (name, kind, address, topics) VALUES ('reporters', 'reporter', '', app.subscribed_topics())
        ON CONFLICT ON CONSTRAINT target_name_is_unique DO NOTHING;
    END IF;
    RETURN was IS DISTINCT FROM new_address;
END $$;
COMMENT ON FUNCTION app.subscribe(text, text, text) IS
'Tell the reporter of a ticket by this way (reporter: a mailbox; message: a number), null: no more; was it different?';
GRANT EXECUTE ON FUNCTION app.subscribe(text, text, text) TO gisgrid_service;
