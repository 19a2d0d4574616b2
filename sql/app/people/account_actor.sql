CREATE FUNCTION app.account_actor(actor text) RETURNS core.account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a core.account;
BEGIN
    IF actor IS NULL AND pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') THEN
        RETURN NULL;
    END IF;
    SELECT c.* INTO a FROM core.account AS c WHERE c.name = actor AND c.disabled_at IS NULL;
    IF a.name IS NULL OR NOT app.may(a.role, 'manage_accounts') THEN
        PERFORM app.refuse('accounts_not_managed', coalesce(a.role, 'stranger'), coalesce(
            (SELECT r.name_zh FROM core.account_role AS r WHERE r.role = a.role), '陌生人'));
    END IF;
    RETURN a;
END $$;
COMMENT ON FUNCTION app.account_actor(text) IS
'The account that manages accounts; null: the owner of the machine, on whose connection alone no account is named';
