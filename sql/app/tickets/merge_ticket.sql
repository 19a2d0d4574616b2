CREATE FUNCTION app.merge_ticket(
    ticket_number text, into_number text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The duplicate closes and keeps its step; its own duplicates become duplicates of the original.
-- Refuses no_such_original, original_closed, has_parts, whistles_open.
DECLARE
    ticket bigint;
    other record;
    t work.ticket;
    original work.ticket;
BEGIN
    PERFORM 1 FROM work.ticket AS x WHERE x.number IN (ticket_number, into_number) ORDER BY x.ticket_id FOR UPDATE;
    ticket := app.ticket_to_change(ticket_number, actor_role, 'tie');
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT * INTO other FROM app.ticket_asked(into_number, actor_role, 'tie');
    IF other.refused IN ('unknown', 'not_allowed') OR other.ticket_id = t.ticket_id THEN
        PERFORM app.refuse('no_such_original');
    ELSIF other.refused = 'closed' THEN
        PERFORM app.refuse('original_closed');
    ELSIF EXISTS (SELECT FROM work.ticket AS x WHERE x.parent_id = t.ticket_id AND x.closed_at IS NULL) THEN
        PERFORM app.refuse('has_parts');
    ELSIF EXISTS (SELECT FROM work.whistle AS w
                  WHERE w.ticket_id = t.ticket_id AND w.done_at IS NULL AND w.withdrawn_at IS NULL) THEN
        PERFORM app.refuse('whistles_open', (
            SELECT string_agg(w.department, ', ' ORDER BY w.department) FROM work.whistle AS w
            WHERE w.ticket_id = t.ticket_id AND w.done_at IS NULL AND w.withdrawn_at IS NULL));
    END IF;
    SELECT * INTO original FROM work.ticket AS x WHERE x.ticket_id = other.ticket_id;
    UPDATE work.ticket AS x SET duplicate_of = original.ticket_id WHERE x.duplicate_of = t.ticket_id;
    UPDATE work.ticket AS x SET duplicate_of = original.ticket_id, closed_at = clock_timestamp() WHERE x.ticket_id = t.ticket_id;
    PERFORM app.record_tie(t.ticket_id, 'merged', actor, note, jsonb_build_object('into', original.number));
    -- Two notices of one instant would tell the tie to a target that gets both.
    PERFORM app.record_tie(original.ticket_id, 'duplicate_found', actor, note, jsonb_build_object('duplicate', t.number),
                           t.has_public_point AND original.has_public_point);
END $$;
COMMENT ON FUNCTION app.merge_ticket(text, text, text, text, text) IS
'Record that a ticket is a duplicate of another, open one, and close it';
GRANT EXECUTE ON FUNCTION app.merge_ticket(text, text, text, text, text) TO gisgrid_service;
