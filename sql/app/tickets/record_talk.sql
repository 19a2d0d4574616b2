CREATE FUNCTION app.record_talk(ticket bigint, what text, actor text, note text, detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The notice says that somebody wrote, never the words.
BEGIN
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, p.department, what, t.step, t.step, record_talk.actor, record_talk.note, record_talk.detail
    FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id) WHERE t.ticket_id = record_talk.ticket;
    INSERT INTO work.outbox (ticket_id, topic, payload) VALUES (record_talk.ticket, 'ticket.' || what, record_talk.detail);
    PERFORM app.record_news(record_talk.ticket);
END $$;
COMMENT ON FUNCTION app.record_talk(bigint, text, text, text, jsonb) IS
'Record what staff and reporter write to each other: an event with the words, a notice without them';
