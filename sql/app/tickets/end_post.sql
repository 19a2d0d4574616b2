CREATE FUNCTION app.end_post(
    actor text, post bigint, successor_name text DEFAULT NULL, successor_phone text DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Ends a post now. With a name the post goes on under a successor, who takes over roster and open tickets; without one
-- the open tickets are routed again. A post that has not begun is removed.
DECLARE
    p core.post := app.post_to_change(actor, post);
    heir core.post;
    moment timestamptz := clock_timestamp();
    ticket bigint;
BEGIN
    heir := p;
    IF successor_name IS NOT NULL THEN
        heir.person_id := app.person_called(successor_name, successor_phone);
        IF heir.person_id IS NOT DISTINCT FROM p.person_id THEN
            PERFORM app.refuse('post_same_person');
        END IF;
    END IF;
    IF p.valid_from < moment THEN
        UPDATE core.post AS x SET valid_to = moment WHERE x.post_id = p.post_id;
    ELSE
        moment := p.valid_from;
    END IF;
    IF successor_name IS NOT NULL THEN
        INSERT INTO core.post (area_id, path, role, person_id, title, department, geom, valid_from, valid_to, is_public)
        VALUES (p.area_id, p.path, p.role, heir.person_id, p.title, p.department, p.geom, moment, p.valid_to, p.is_public)
        RETURNING post_id INTO heir.post_id;
        INSERT INTO core.roster (post_id, shift, valid_from, valid_to, every_days, weekdays)
        SELECT heir.post_id, r.shift, r.valid_from, r.valid_to, r.every_days, r.weekdays
        FROM core.roster AS r WHERE r.post_id = p.post_id;
    END IF;
    FOR ticket IN
        SELECT t.ticket_id FROM work.ticket AS t JOIN work.ticket_private AS w USING (ticket_id)
        WHERE w.post_id = p.post_id AND t.closed_at IS NULL ORDER BY t.ticket_id FOR UPDATE OF t
    LOOP
        IF successor_name IS NOT NULL THEN
            PERFORM app.give_ticket(ticket, 'handed_over', heir.post_id, heir.department, coalesce(actor, ''), NULL, '{}');
        ELSE
            PERFORM app.reroute(ticket, 'handed_over', coalesce(actor, ''), NULL, '{}', false);
        END IF;
    END LOOP;
    IF p.valid_from >= clock_timestamp() THEN
        DELETE FROM core.post AS x WHERE x.post_id = p.post_id;
    END IF;
    RETURN CASE WHEN successor_name IS NOT NULL THEN heir.post_id END;
END $$;
COMMENT ON FUNCTION app.end_post(text, bigint, text, text) IS
'End a post now, or hand it over to somebody; its open tickets follow. Returns the successor''s post';
GRANT EXECUTE ON FUNCTION app.end_post(text, bigint, text, text) TO gisgrid_service;
