CREATE FUNCTION app.keep_login(wanted text, is_new_password boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Who deploys may make roles, so the deploy gives this function to him (sql/logins.sql). Of roles that others made it
-- touches none.
DECLARE
    s record;
    was oid;
    n record;
BEGIN
    SELECT x.verifier, coalesce(r.login_under, 'gisgrid_editor') AS under, d.zone,
        coalesce(c.disabled_at IS NULL, true) AS is_on INTO s
    FROM core.login_scope AS x
    JOIN core.account_role AS r USING (role)
    CROSS JOIN core.deployment AS d
    LEFT JOIN core.account AS c ON c.name = x.login
    WHERE x.login = wanted;
    SELECT a.oid INTO was FROM pg_roles AS a WHERE a.rolname = wanted;
    IF was IS NULL AND s.under IS NULL THEN
        RETURN false;
    ELSIF was IS NULL THEN
        EXECUTE format(
            'CREATE ROLE %I PASSWORD %L IN ROLE %I; ALTER ROLE %1$I SET timezone = %4$L',
            wanted, s.verifier, s.under, s.zone);
    ELSIF NOT EXISTS (SELECT FROM app.person_login AS l WHERE l.oid = was) THEN
        RETURN false;
    ELSIF s.under IS NULL THEN
        EXECUTE format('DROP ROLE %I', wanted);
        RETURN false;
    ELSIF is_new_password THEN
        EXECUTE format('ALTER ROLE %I PASSWORD %L', wanted, s.verifier);
    END IF;
    EXECUTE format('ALTER ROLE %I %s', wanted, CASE WHEN s.is_on THEN 'LOGIN' ELSE 'NOLOGIN' END);
    FOR n IN
        SELECT g.rolname, g.rolname = s.under AS is_wanted FROM pg_roles AS g
        WHERE g.rolname IN ('gisgrid_editor', 'gisgrid_viewer') AND (g.rolname = s.under) <> EXISTS (
            SELECT FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member
            WHERE m.roleid = g.oid AND r.rolname = wanted)
    LOOP
        EXECUTE format(
            CASE WHEN n.is_wanted THEN 'GRANT %I TO %I' ELSE 'REVOKE %I FROM %I' END, n.rolname, wanted);
    END LOOP;
    FOR n IN
        SELECT l.name, l.value FROM app.login_limit AS l JOIN pg_roles AS r ON r.rolname = wanted
        JOIN pg_settings AS k ON k.name = l.name
        WHERE NOT coalesce(r.rolconfig @> ARRAY[l.name || '=' || l.value], false)
            AND (k.context = 'user' OR has_parameter_privilege(current_user, l.name, 'SET'))
    LOOP
        EXECUTE format('ALTER ROLE %I SET %I = %L', wanted, n.name, n.value);
    END LOOP;
    FOR n IN
        SELECT l.name, m.share FROM app.login_room() AS m
        JOIN app.person_login AS l ON l.most_connections <> m.share AND l.is_on
        ORDER BY l.name
    LOOP
        EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s', n.name, n.share);
    END LOOP;
    RETURN was IS NULL;
END $$;
COMMENT ON FUNCTION app.keep_login(text, boolean) IS
'Make this person''s database login what core.login_scope, core.account_role and core.account say: its group, limits, '
'password (only a new one), on or off, or none. Was it made?';
