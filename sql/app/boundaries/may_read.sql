CREATE FUNCTION app.may_read(area_path bigint []) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') OR area_path && app.private_scope();
END $$;
COMMENT ON FUNCTION app.may_read(bigint []) IS 'May the caller read private rows of the area with this path?';
