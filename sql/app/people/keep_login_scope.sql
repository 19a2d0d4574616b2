CREATE FUNCTION app.keep_login_scope(account core.account, former_role text, is_login boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had boolean := EXISTS (SELECT FROM core.login_scope AS s WHERE s.login = account.name);
    wanted boolean := coalesce(is_login, EXISTS (
        SELECT FROM core.account_role AS r WHERE r.role = account.role AND r.login_under IS NOT NULL)
        OR had AND NOT EXISTS (
            SELECT FROM core.account_role AS r WHERE r.role = former_role AND r.login_under IS NOT NULL));
BEGIN
    IF wanted AND NOT had AND EXISTS (SELECT FROM pg_roles AS p WHERE p.rolname = account.name) THEN
        PERFORM app.refuse('login_taken', account.name);
    ELSIF wanted THEN
        INSERT INTO core.login_scope (login, role, area_id) VALUES (account.name, account.role, account.area_id)
        ON CONFLICT (login) DO UPDATE SET role = excluded.role, area_id = excluded.area_id;
    ELSE
        DELETE FROM core.login_scope AS s WHERE s.login = account.name;
    END IF;
    IF wanted OR had THEN
        PERFORM app.keep_login(account.name);
    END IF;
END $$;
COMMENT ON FUNCTION app.keep_login_scope(core.account, text, boolean) IS
'Give an account the database login of its role, or take it away. is_login null: as the role says, and a login that '
'was made beside the role stays';
