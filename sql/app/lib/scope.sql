CREATE FUNCTION app.scope() RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The service sets the scope per transaction; a person's own login has its scope in core.login_scope; else it is empty.
DECLARE
    text_scope text := nullif(current_setting('gisgrid.scope', true), '');
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN coalesce(text_scope::bigint[], '{}');
    END IF;
    RETURN coalesce(
        (SELECT CASE WHEN r.works_in = 'district' THEN ARRAY[coalesce(s.area_id, 0)] ELSE ARRAY[s.area_id] END
         FROM core.login_scope AS s JOIN core.account_role AS r USING (role) WHERE s.login = session_user), '{}');
END $$;
COMMENT ON FUNCTION app.scope() IS 'area_id of the areas whose subtrees this transaction may see; {0}: everything';
GRANT EXECUTE ON FUNCTION app.scope() TO gisgrid_service, gisgrid_viewer;
