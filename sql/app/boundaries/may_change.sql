CREATE FUNCTION app.may_change(area_path bigint []) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
-- The owner may change all areas; the service and people's own logins only areas in their scope.
BEGIN
    RETURN pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') OR area_path && app.scope();
END $$;
COMMENT ON FUNCTION app.may_change(bigint []) IS 'May the caller change the boundaries of the area with this path?';
