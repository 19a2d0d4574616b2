CREATE FUNCTION app.post_to_change(actor text, post bigint) RETURNS core.post
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me core.account := app.keeper(actor, 'manage_posts');
    p core.post;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT x.* INTO p FROM core.post AS x WHERE x.post_id = post FOR NO KEY UPDATE;
    IF p.post_id IS NULL OR NOT app.keeps(me, p.path) THEN
        PERFORM app.refuse('post_unknown', post::text);
    ELSIF p.valid_to <= clock_timestamp() THEN
        PERFORM app.refuse('post_ended', post::text);
    END IF;
    RETURN p;
END $$;
COMMENT ON FUNCTION app.post_to_change(text, bigint) IS
'The post, locked, if this actor may keep it and it has not ended; one of another area is refused as unknown';
