CREATE FUNCTION app.actor() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
-- The service, and a command of who owns the machine, say per transaction for whom they act; a login of a person
-- cannot: it is he.
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN coalesce(nullif(current_setting('gisgrid.actor', true), ''), session_user);
    END IF;
    RETURN session_user;
END $$;
COMMENT ON FUNCTION app.actor() IS
'On whose behalf does this transaction act? An account, a database login, or machine/NAME for who owns the machine';
GRANT EXECUTE ON FUNCTION app.actor() TO gisgrid_service, gisgrid_viewer;
