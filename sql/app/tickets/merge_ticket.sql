CREATE FUNCTION app.merge_ticket(
    ticket_number text, into_number text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- What was reported twice is worked on once. The duplicate closes in the step in which it is; its own duplicates follow
-- it. Why it was not done: unknown, not_allowed, closed, no_such_original, original_closed, has_parts, whistles_open;
-- null when done.
DECLARE
    can record;
    t work.ticket;
    original work.ticket;
BEGIN
    PERFORM 1 FROM work.ticket AS x WHERE x.number IN (ticket_number, into_number) ORDER BY x.ticket_id FOR UPDATE;
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role);
    IF can.refused IS NOT NULL THEN
        RETURN can.refused;
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    SELECT * INTO can FROM app.ticket_to_change(into_number, actor_role);
    IF can.refused IN ('unknown', 'not_allowed') OR can.ticket_id = t.ticket_id THEN
        RETURN 'no_such_original';
    ELSIF can.refused = 'closed' THEN
        RETURN 'original_closed';
    ELSIF EXISTS (SELECT FROM work.ticket AS x WHERE x.parent_id = t.ticket_id AND x.closed_at IS NULL) THEN
        RETURN 'has_parts';
    ELSIF EXISTS (SELECT FROM work.whistle AS w
                  WHERE w.ticket_id = t.ticket_id AND w.done_at IS NULL AND w.withdrawn_at IS NULL) THEN
        RETURN 'whistles_open';
    END IF;
    SELECT * INTO original FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    UPDATE work.ticket AS x SET duplicate_of = original.ticket_id WHERE x.duplicate_of = t.ticket_id;
    UPDATE work.ticket AS x SET duplicate_of = original.ticket_id, closed_at = clock_timestamp() WHERE x.ticket_id = t.ticket_id;
    PERFORM app.note_tie(t.ticket_id, 'merged', actor, note, jsonb_build_object('into', original.number));
    PERFORM app.note_tie(original.ticket_id, 'duplicate_found', actor, note, jsonb_build_object('duplicate', t.number));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.merge_ticket(text, text, text, text, text) IS
'Say that a ticket is about the same thing as another, open one, and close it; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.merge_ticket(text, text, text, text, text) TO gisgrid_service;
