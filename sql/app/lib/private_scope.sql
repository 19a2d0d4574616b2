CREATE FUNCTION app.private_scope() RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- As app.scope, for private rows: the service says it per transaction; a person's own login has it where his role may
-- read_private; else it is empty.
DECLARE
    text_scope text := nullif(current_setting('gisgrid.private', true), '');
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN coalesce(text_scope::bigint[], '{}');
    END IF;
    RETURN CASE WHEN EXISTS (
        SELECT FROM core.login_scope AS s JOIN core.permission AS p USING (role)
        WHERE s.login = session_user AND p.action = 'read_private') THEN app.scope() ELSE '{}' END;
END $$;
COMMENT ON FUNCTION app.private_scope() IS
'area_id of the areas whose private rows this transaction may see; {0}: all of them';
GRANT EXECUTE ON FUNCTION app.private_scope() TO gisgrid_service, gisgrid_viewer;
