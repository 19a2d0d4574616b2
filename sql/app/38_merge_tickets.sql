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

CREATE FUNCTION app.unmerge_ticket(ticket_number text, actor text, actor_role text, note text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- It was another thing after all: open again in the step in which it was, on the grid that has its place now. Why it was
-- not done: unknown, not_allowed, no_duplicate; null when done.
DECLARE
    can record;
    was text;
    closed timestamptz;
    p work.ticket_private;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role);
    IF can.refused IN ('unknown', 'not_allowed') THEN
        RETURN can.refused;
    END IF;
    SELECT o.number, x.closed_at INTO was, closed FROM work.ticket AS x JOIN work.ticket AS o ON o.ticket_id = x.duplicate_of
    WHERE x.ticket_id = can.ticket_id;
    IF NOT FOUND THEN
        RETURN 'no_duplicate';
    END IF;
    UPDATE work.ticket AS x SET duplicate_of = NULL, closed_at = NULL WHERE x.ticket_id = can.ticket_id;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = can.ticket_id;
    PERFORM app.place_ticket(can.ticket_id, p.geom, p.accuracy_m);
    IF p.path = (SELECT x.path FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id) THEN
        PERFORM app.note_tie(can.ticket_id, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed));
    ELSE
        PERFORM app.reroute(can.ticket_id, 'unmerged', actor, note, jsonb_build_object('original', was, 'closed_at', closed), false);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.unmerge_ticket(text, text, text, text) IS
'Take back that a ticket is about the same thing as another; returns why not, or null when done';

CREATE FUNCTION app.similar_tickets(ticket bigint, within_m double precision, within interval)
RETURNS TABLE (number text, category text, distance_m double precision, apart interval, closeness double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Of the same root of categories, near in place and time, not tied to it yet. Runs by the caller's scope, since exact
-- points are compared. The closest first: 1 is the same category, place and time.
SELECT
    o.number,
    o.category,
    d.distance_m,
    d.apart,
    (CASE WHEN o.category = t.category THEN 1.0 ELSE 0.7 END)
    * (1 - d.distance_m / similar_tickets.within_m / 2)
    * (1 - extract(EPOCH FROM d.apart) / extract(EPOCH FROM similar_tickets.within) / 2)
FROM work.ticket AS t
INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
INNER JOIN work.category AS c ON t.category = c.category
INNER JOIN work.ticket_private AS q
    ON
        q.geom && st_expand(
            p.geom,
            similar_tickets.within_m / 111320 / greatest(cos(radians(st_y(p.geom))), 0.01),
            similar_tickets.within_m / 110540
        )
INNER JOIN work.ticket AS o ON q.ticket_id = o.ticket_id
INNER JOIN work.category AS e ON o.category = e.category
CROSS JOIN LATERAL (
    SELECT
        st_distance(p.geom::geography, q.geom::geography) AS distance_m,
        greatest(o.received_at, t.received_at) - least(o.received_at, t.received_at) AS apart
) AS d
WHERE
    t.ticket_id = similar_tickets.ticket
    AND o.ticket_id <> t.ticket_id
    AND o.duplicate_of IS NULL
    AND o.closed_at IS NULL
    AND o.parent_id IS DISTINCT FROM t.ticket_id
    AND t.parent_id IS DISTINCT FROM o.ticket_id
    AND e.path[2] = c.path[2]
    AND d.distance_m <= similar_tickets.within_m
    AND d.apart <= similar_tickets.within
ORDER BY 5 DESC, 1;
END;
COMMENT ON FUNCTION app.similar_tickets(bigint, double precision, interval) IS
'Which open tickets may be about the same thing: same root category, so near and so soon; the closest first';
