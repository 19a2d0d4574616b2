CREATE FUNCTION app.layer_scope(layer text) RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN EXISTS (
        SELECT FROM core.login_scope AS s JOIN core.permission AS p USING (role)
        WHERE s.login = session_user AND p.action = 'see_' || layer) THEN app.scope() ELSE '{}' END;
END $$;
COMMENT ON FUNCTION app.layer_scope(text) IS
'area_id of the areas in which a person''s own login sees this layer of the map: his own, if his role may see_<layer>';
GRANT EXECUTE ON FUNCTION app.layer_scope(text) TO gisgrid_viewer;
