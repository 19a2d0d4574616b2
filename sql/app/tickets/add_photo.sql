CREATE FUNCTION app.add_photo(ticket_number text, photo_kind text, photo_actor text, photo jsonb, most integer)
RETURNS TABLE (photo_id bigint, added_at timestamptz, is_new boolean, distance_m double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- `photo`: name, sha256 (hexadecimal), width, height, bytes, and lon, lat if the camera wrote them; only the distance
-- from the ticket's point is kept of lon, lat. A picture that the ticket has already is not added again.
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.photo_asked(ticket_number, photo_kind, most);
    SELECT f.photo_id, f.added_at INTO photo_id, add_photo.added_at FROM work.photo AS f
    WHERE f.ticket_id = t.ticket_id AND f.kind = photo_kind AND f.sha256 = decode(photo->>'sha256', 'hex')
      AND coalesce(t.refused, 'photo_too_many') = 'photo_too_many';
    is_new := photo_id IS NULL;
    IF is_new AND t.refused IS NOT NULL THEN
        PERFORM app.photo_ticket(ticket_number, photo_kind, most);
    END IF;
    SELECT round(st_distance(p.geom::geography, st_setsrid(st_makepoint((photo->>'lon')::float8,
           (photo->>'lat')::float8), 4326)::geography)::numeric, 1)::float8 INTO distance_m
    FROM work.ticket_private AS p WHERE p.ticket_id = t.ticket_id;
    IF is_new THEN
        INSERT INTO work.photo AS f (ticket_id, kind, actor, name, sha256, width, height, bytes)
        VALUES (t.ticket_id, photo_kind, photo_actor, photo->>'name', decode(photo->>'sha256', 'hex'),
                (photo->>'width')::integer, (photo->>'height')::integer, (photo->>'bytes')::integer)
        RETURNING f.photo_id, f.added_at INTO add_photo.photo_id, add_photo.added_at;
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, detail)
        SELECT x.ticket_id, x.path, p.department, 'photographed', x.step, x.step, photo_actor,
               jsonb_build_object('photo_id', add_photo.photo_id, 'kind', photo_kind)
        FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id) WHERE x.ticket_id = t.ticket_id;
        PERFORM app.record_news(t.ticket_id);
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.add_photo(text, text, text, jsonb, integer) IS
'Record a photo whose file is written already, with an event; the same picture again returns the photo that is there';
GRANT EXECUTE ON FUNCTION app.add_photo(text, text, text, jsonb, integer) TO gisgrid_service;
