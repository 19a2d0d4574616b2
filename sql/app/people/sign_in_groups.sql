CREATE FUNCTION app.sign_in_groups(actor text)
RETURNS TABLE (group_name text, role text, area text, department text, accounts bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.account_actor(actor);
    RETURN QUERY
    SELECT g.group_name, g.role, a.code, g.department,
           (SELECT count(*) FROM core.account AS c WHERE c.group_name = g.group_name AND c.disabled_at IS NULL)
    FROM core.sign_in_group AS g LEFT JOIN core.area AS a ON a.area_id = g.area_id ORDER BY g.position;
END $$;
COMMENT ON FUNCTION app.sign_in_groups(text) IS
'The groups of the city''s provider that have a role here, in the order in which they count, with their accounts';
GRANT EXECUTE ON FUNCTION app.sign_in_groups(text) TO gisgrid_service;
