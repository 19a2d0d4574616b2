CREATE FUNCTION app.note_logins() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- PostgreSQL 15 calls nothing when somebody signs in (17 has an event trigger), so the worker looks every ten seconds;
-- a session that is over by then is in the server's log alone. The update is the lock: each is noted once.
DECLARE
    noted bigint := 0;
    one record;
BEGIN
    FOR one IN WITH seen AS (
        SELECT s.login, max(a.backend_start) AS latest, count(*) AS sessions,
               array_agg(DISTINCT coalesce(host(a.client_addr), 'socket')) AS hosts,
               array_agg(DISTINCT left(a.application_name, 40)) AS programs
        FROM pg_stat_activity AS a
        JOIN core.login_scope AS s ON s.login = a.usename
        LEFT JOIN core.login_seen AS l ON l.login = s.login
        WHERE a.datname = current_database() AND a.backend_start > coalesce(l.noted_at, '-infinity')
        GROUP BY s.login
    ), fresh AS (
        INSERT INTO core.login_seen AS l (login, noted_at) SELECT s.login, s.latest FROM seen AS s
        ON CONFLICT ON CONSTRAINT login_seen_pkey DO UPDATE SET noted_at = excluded.noted_at
        WHERE l.noted_at < excluded.noted_at
        RETURNING l.login
    )
    SELECT s.* FROM fresh AS f JOIN seen AS s ON s.login = f.login LOOP
        PERFORM app.note('sign_in', one.login, jsonb_build_object(
            'database', true, 'sessions', one.sessions, 'from', one.hosts, 'programs', one.programs), one.login);
        noted := noted + 1;
    END LOOP;
    RETURN noted;
END $$;
COMMENT ON FUNCTION app.note_logins() IS
'Note in the audit trail the database sessions of people''s logins that have begun since the last look; returns how many';
