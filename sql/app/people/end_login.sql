CREATE FUNCTION app.end_login(closed text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Asked for after the commit that closed the login: before it, the old password would let a program in again.
DECLARE
    ended bigint;
BEGIN
    SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) INTO ended
    FROM pg_stat_activity AS a
    WHERE a.usename = closed AND EXISTS (SELECT FROM core.login_scope AS s WHERE s.login = closed)
        OR a.usename IS NULL AND a.usesysid IS NOT NULL AND a.datname = current_database();
    RETURN ended;
END $$;
COMMENT ON FUNCTION app.end_login(text) IS
'End the database sessions of this person''s login, and those whose login is gone; returns how many';
GRANT EXECUTE ON FUNCTION app.end_login(text) TO gisgrid_service;
