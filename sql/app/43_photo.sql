CREATE FUNCTION app.reporter_may(ticket bigint)
RETURNS TABLE (add_photos boolean, answer boolean, rate boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- A rating of an open ticket that has one already is the second round of one that was opened again.
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    SELECT t.closed_at IS NULL AND (c.paused_at IS NOT NULL OR t.received_at > moment - interval '24 h'),
           t.closed_at IS NULL AND c.paused_at IS NOT NULL,
           t.duplicate_of IS NULL AND CASE WHEN t.closed_at IS NULL THEN EXISTS (
                    SELECT FROM work.transition AS r
                    WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'forward'
                      AND 'reporter' = ANY(r.roles))
                ELSE t.closed_at > moment - interval '30 days' AND NOT EXISTS (
                    SELECT FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter') END
    FROM work.ticket AS t LEFT JOIN work.clock AS c ON c.ticket_id = t.ticket_id
    WHERE t.ticket_id = reporter_may.ticket;
END $$;
COMMENT ON FUNCTION app.reporter_may(bigint) IS
'What may the reporter do now: add photos (a day long, and while he is asked), answer (while he is asked), rate';

CREATE FUNCTION app.photo_ticket(ticket_number text, photo_kind text, most integer)
RETURNS TABLE (ticket_id bigint, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Locks the ticket. Staff by their scope; for the reporter whoever calls has asked for the ticket's secret.
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
              AND (p.path && core.scope() OR p.department = core.scope_department())) THEN 'not_allowed'
        WHEN t.closed_at IS NOT NULL THEN 'closed'
        WHEN photo_kind = 'report' AND NOT (SELECT m.add_photos FROM app.reporter_may(t.ticket_id) AS m) THEN 'too_late'
        WHEN held >= most THEN 'too_many' END;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.photo_ticket(text, text, integer) IS
'May a photo be added to this ticket? refused: unknown, not_allowed, closed, too_late, too_many; null: yes, and it is locked';

CREATE FUNCTION app.note_news(ticket bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ticket', st_envelope(t.geom) FROM work.ticket AS t WHERE t.ticket_id = ticket AND t.geom IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.note_news(bigint) IS
'Something was added to a ticket that is no fact of it: whoever looks at it asks again';

CREATE FUNCTION app.add_photo(ticket_number text, photo_kind text, photo_actor text, photo jsonb, most integer)
RETURNS TABLE (photo_id bigint, added_at timestamptz, is_new boolean, distance_m double precision, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- `photo`: name, sha256 (hexadecimal), width, height, bytes; lon, lat where the camera wrote its place, which is
-- measured from the ticket's point and not kept. The same picture again is the one that is there already.
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.photo_ticket(ticket_number, photo_kind, most);
    SELECT f.photo_id, f.added_at INTO photo_id, add_photo.added_at FROM work.photo AS f
    WHERE f.ticket_id = t.ticket_id AND f.kind = photo_kind AND f.sha256 = decode(photo->>'sha256', 'hex')
      AND coalesce(t.refused, 'too_many') = 'too_many';
    is_new := photo_id IS NULL;
    refused := CASE WHEN is_new THEN t.refused END;
    IF refused IS NULL THEN
        SELECT round(st_distance(p.geom::geography, st_setsrid(st_makepoint((photo->>'lon')::float8,
               (photo->>'lat')::float8), 4326)::geography)::numeric, 1)::float8 INTO distance_m
        FROM work.ticket_private AS p WHERE p.ticket_id = t.ticket_id;
    END IF;
    IF refused IS NULL AND is_new THEN
        INSERT INTO work.photo AS f (ticket_id, kind, actor, name, sha256, width, height, bytes)
        VALUES (t.ticket_id, photo_kind, photo_actor, photo->>'name', decode(photo->>'sha256', 'hex'),
                (photo->>'width')::integer, (photo->>'height')::integer, (photo->>'bytes')::integer)
        RETURNING f.photo_id, f.added_at INTO add_photo.photo_id, add_photo.added_at;
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, detail)
        SELECT x.ticket_id, x.path, p.department, 'photographed', x.step, x.step, photo_actor,
               jsonb_build_object('photo_id', add_photo.photo_id, 'kind', photo_kind)
        FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id) WHERE x.ticket_id = t.ticket_id;
        PERFORM app.note_news(t.ticket_id);
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.add_photo(text, text, text, jsonb, integer) IS
'Write down a photo whose file lies there already, with its event; the same one again gives the one there is';
