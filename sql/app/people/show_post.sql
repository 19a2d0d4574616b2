CREATE FUNCTION app.show_post(actor text, post bigint, is_public boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p core.post := app.post_to_change(actor, post);
BEGIN
    UPDATE core.post AS x SET is_public = show_post.is_public WHERE x.post_id = p.post_id;
END $$;
COMMENT ON FUNCTION app.show_post(text, bigint, boolean) IS
'Let everybody read the name and telephone number of who holds a post, or only who works there';
GRANT EXECUTE ON FUNCTION app.show_post(text, bigint, boolean) TO gisgrid_service;
