CREATE FUNCTION app.record_tie(
    ticket bigint, why text, actor text, note text, detail jsonb, has_notice boolean DEFAULT true
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, p.department, why, t.step, t.step, record_tie.actor, record_tie.note, record_tie.detail
    FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id) WHERE t.ticket_id = ticket;
    INSERT INTO work.outbox (ticket_id, topic, payload) SELECT ticket, 'ticket.' || why, '{}' WHERE has_notice;
END $$;
COMMENT ON FUNCTION app.record_tie(bigint, text, text, text, jsonb, boolean) IS
'Write the event and, if wanted, the notice when tickets are tied together or parted';
