CREATE FUNCTION app.accounts_of(actor text, only_name text DEFAULT NULL)
RETURNS TABLE (
    account_id bigint, name text, role text, area text, department text, person text, created_at timestamptz,
    disabled_at timestamptz, login text, may_change boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me core.account := app.account_actor(actor);
BEGIN
    RETURN QUERY
    SELECT c.account_id, c.name, c.role, a.code, c.department, h.name, c.created_at, c.disabled_at,
        CASE WHEN s.login IS NULL THEN 'none' WHEN s.verifier IS NULL THEN 'needs_secret' ELSE 'ready' END,
        actor IS NULL OR app.may_give_role(me.role, c.role) AND NOT app.account_beside(me, c)
    FROM core.account AS c
    LEFT JOIN core.area AS a USING (area_id)
    LEFT JOIN core.person AS h USING (person_id)
    LEFT JOIN core.login_scope AS s ON s.login = c.name
    WHERE c.removed_at IS NULL AND (only_name IS NULL OR c.name = only_name)
        AND (actor IS NULL OR app.account_reaches(me, c))
    ORDER BY c.name COLLATE "C";
END $$;
COMMENT ON FUNCTION app.accounts_of(text, text) IS
'Which accounts does this actor manage, or see in his area? actor null: the owner of the machine, who has all. '
'login: none, ready, or needs_secret (a database login to which no secret was given yet)';
GRANT EXECUTE ON FUNCTION app.accounts_of(text, text) TO gisgrid_service;
