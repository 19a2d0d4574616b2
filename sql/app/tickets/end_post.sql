CREATE FUNCTION app.end_post(
    actor text, post bigint, successor_name text DEFAULT NULL, successor_phone text DEFAULT NULL,
    handed_over_at timestamptz DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Ends a post: now, or handed over at an instant to come. With a name the post goes on under a successor, who takes over
-- roster and, when he begins, open tickets (app.begin_posts); without one they are routed again. A post that has not
-- begun is removed; the post before it then stays until that one would have ended.
DECLARE
    p core.post := app.post_to_change(actor, post);
    heir core.post := p;
    moment timestamptz := greatest(handed_over_at, p.valid_from, clock_timestamp());
BEGIN
    IF moment >= p.valid_to THEN
        PERFORM app.refuse('post_over_by_then');
    END IF;
    IF p.valid_from < moment THEN
        UPDATE core.post AS x SET valid_to = moment WHERE x.post_id = p.post_id;
    END IF;
    IF successor_name IS NOT NULL THEN
        heir.person_id := app.person_called(successor_name, successor_phone);
        IF heir.person_id IS NOT DISTINCT FROM p.person_id THEN
            PERFORM app.refuse('post_same_person');
        END IF;
        INSERT INTO core.post (area_id, path, role, person_id, title, department, geom, valid_from, valid_to, is_public)
        VALUES (p.area_id, p.path, p.role, heir.person_id, p.title, p.department, p.geom, moment, p.valid_to, p.is_public)
        RETURNING * INTO heir;
        INSERT INTO core.roster (post_id, shift, valid_from, valid_to, every_days, weekdays)
        SELECT heir.post_id, r.shift, r.valid_from, r.valid_to, r.every_days, r.weekdays
        FROM core.roster AS r WHERE r.post_id = p.post_id;
        UPDATE core.post AS x SET takes_over_from = heir.post_id WHERE x.takes_over_from = p.post_id;
        UPDATE core.post AS x SET takes_over_from = CASE WHEN p.valid_from < moment THEN p.post_id ELSE p.takes_over_from END
        WHERE x.post_id = heir.post_id;
        PERFORM app.begin_posts(actor, heir.post_id);
    ELSIF p.valid_from < moment THEN
        PERFORM app.reroute_from_post(p.post_id, actor);
    ELSE
        UPDATE core.post AS x SET valid_to = p.valid_to WHERE x.post_id = p.takes_over_from AND x.valid_to = p.valid_from;
        UPDATE core.post AS x SET takes_over_from = p.takes_over_from WHERE x.takes_over_from = p.post_id;
    END IF;
    IF p.valid_from >= moment THEN
        DELETE FROM core.post AS x WHERE x.post_id = p.post_id;
    END IF;
    RETURN CASE WHEN successor_name IS NOT NULL THEN heir.post_id END;
END $$;
COMMENT ON FUNCTION app.end_post(text, bigint, text, text, timestamptz) IS
'End a post now, or hand it over to somebody, now or later; its open tickets follow. Returns the successor''s post';
GRANT EXECUTE ON FUNCTION app.end_post(text, bigint, text, text, timestamptz) TO gisgrid_service;
