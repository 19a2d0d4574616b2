CREATE VIEW app.person_login WITH (security_invoker = true) AS
SELECT
    p.oid,
    p.rolname AS name,
    p.rolcanlogin AS is_on,
    p.rolconnlimit AS most_connections
FROM pg_catalog.pg_roles AS p
WHERE p.rolname !~ '^(pg_|gisgrid)'
    AND NOT (p.rolsuper OR p.rolcreaterole OR p.rolcreatedb OR p.rolbypassrls OR p.rolreplication)
    AND EXISTS (
        SELECT FROM pg_catalog.pg_auth_members AS m
        INNER JOIN pg_catalog.pg_roles AS g ON m.roleid = g.oid
        WHERE m.member = p.oid AND g.rolname IN ('gisgrid_editor', 'gisgrid_viewer')
    );
COMMENT ON VIEW app.person_login IS
'Logins of people: directly under gisgrid_editor or gisgrid_viewer and without a power of their own. Who deploys without '
'a superuser''s rights is a member of both too, to give them to others, and is none';
