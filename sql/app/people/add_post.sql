CREATE FUNCTION app.add_post(actor text, post jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- `post`: network, area, role, name, phone, title, department, valid_from, valid_to, is_public.
DECLARE
    me core.account := app.keeper(actor, 'manage_posts');
    p core.post;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT v.area_id, v.path INTO p.area_id, p.path FROM app.area_at(now()) AS v
    WHERE v.network = post ->> 'network' AND v.code = post ->> 'area';
    IF p.area_id IS NULL THEN
        PERFORM app.refuse('post_area_unknown', left(post ->> 'area', 64));
    ELSIF NOT app.keeps(me, p.path) THEN
        PERFORM app.refuse('area_beyond');
    ELSIF NOT EXISTS (SELECT FROM core.post_role AS r WHERE r.role = post ->> 'role') THEN
        PERFORM app.refuse('post_role_unknown', left(post ->> 'role', 64));
    END IF;
    p.valid_from := coalesce((post ->> 'valid_from')::timestamptz, clock_timestamp());
    p.valid_to := coalesce((post ->> 'valid_to')::timestamptz, 'infinity');
    IF p.valid_from >= p.valid_to THEN
        PERFORM app.refuse('post_ends_first');
    END IF;
    INSERT INTO core.post (area_id, path, role, person_id, title, department, valid_from, valid_to, is_public)
    VALUES (p.area_id, p.path, post ->> 'role', app.person_called(post ->> 'name', post ->> 'phone'),
            nullif(post ->> 'title', ''), nullif(post ->> 'department', ''), p.valid_from, p.valid_to,
            coalesce((post ->> 'is_public')::boolean, false))
    RETURNING post_id INTO p.post_id;
    RETURN p.post_id;
END $$;
COMMENT ON FUNCTION app.add_post(text, jsonb) IS
'Add a post on an area where the actor works, held by somebody or vacant; returns its id';
GRANT EXECUTE ON FUNCTION app.add_post(text, jsonb) TO gisgrid_service;
