CREATE FUNCTION app.scope_department() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN nullif(current_setting('gisgrid.department', true), '');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.scope_department() IS 'The department on whose behalf this transaction asks, or null';
GRANT EXECUTE ON FUNCTION app.scope_department() TO gisgrid_service, gisgrid_viewer;
