CREATE FUNCTION app.sign_in_by_group(of_subject text, wanted_name text, groups text []) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The caller has checked what the provider said. of_subject: who it is, at the provider, for good; names change there.
-- Returns the account, '' if no group of his has a role here (what account he had is let out), '!' if it is disabled.
DECLARE
    g core.sign_in_group;
    c core.account;
    former text;
    plain text;
    tried integer := 1;
BEGIN
    LOCK TABLE core.account IN SHARE ROW EXCLUSIVE MODE;
    SELECT x.* INTO g FROM core.sign_in_group AS x WHERE x.group_name = ANY(groups) ORDER BY x.position LIMIT 1;
    SELECT x.* INTO c FROM core.account AS x WHERE x.subject = of_subject;
    IF c.disabled_at IS NOT NULL AND (c.left_at IS NULL OR c.removed_at IS NOT NULL) THEN
        RETURN '!';
    ELSIF g.group_name IS NULL THEN
        PERFORM app.leave_account(c.account_id);
        RETURN '';
    ELSIF c.account_id IS NOT NULL THEN
        former := c.role;
        UPDATE core.account AS x SET role = g.role, area_id = g.area_id, department = g.department,
            group_name = g.group_name, disabled_at = NULL, left_at = NULL
        WHERE x.account_id = c.account_id AND (x.role, x.area_id, x.department, x.group_name, x.disabled_at)
            IS DISTINCT FROM (g.role, g.area_id, g.department, g.group_name, NULL::timestamptz);
        IF FOUND THEN
            SELECT x.* INTO c FROM core.account AS x WHERE x.account_id = c.account_id;
            PERFORM app.keep_login_scope(c, former, NULL);
            PERFORM app.keep_login(c.name) FROM core.login_scope AS s WHERE s.login = c.name;
        END IF;
        RETURN c.name;
    END IF;
    plain := left(regexp_replace(lower(wanted_name), '[^a-z0-9_.-]+', '-', 'g'), 34);
    plain := CASE WHEN plain ~ '^[a-z][a-z0-9_.-]' THEN plain ELSE 'u-' || plain END;
    c.name := plain;
    WHILE c.name ~ '^(postgres|pg_.*|gisgrid.*|public|none)$'
        OR EXISTS (SELECT FROM core.account AS x WHERE x.name = c.name)
        OR EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = c.name) LOOP
        tried := tried + 1;
        c.name := CASE WHEN plain ~ '^(postgres|pg_.*|gisgrid.*|public|none)$' THEN 'u-' ELSE '' END || plain || '-' || tried;
    END LOOP;
    INSERT INTO core.account (name, secret_sha256, role, area_id, department, subject, group_name)
    VALUES (c.name, '', g.role, g.area_id, g.department, of_subject, g.group_name)
    RETURNING * INTO c;
    PERFORM app.keep_login_scope(c, NULL, NULL);
    RETURN c.name;
END $$;
COMMENT ON FUNCTION app.sign_in_by_group(text, text, text []) IS
'The account of somebody whom the city''s provider knows, made at his first sign-in, in the role that his groups have now';
GRANT EXECUTE ON FUNCTION app.sign_in_by_group(text, text, text []) TO gisgrid_service;
