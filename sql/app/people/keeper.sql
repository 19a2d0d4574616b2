CREATE FUNCTION app.keeper(actor text, wanted text) RETURNS core.account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a core.account;
BEGIN
    IF actor IS NULL AND pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') THEN
        RETURN NULL;
    END IF;
    SELECT c.* INTO a FROM core.account AS c WHERE c.name = actor AND c.disabled_at IS NULL;
    IF a.name IS NULL OR NOT app.may(a.role, wanted) THEN
        PERFORM app.refuse('keeper_not_permitted', x.name_zh, x.name_en) FROM core.action AS x WHERE x.action = wanted;
    END IF;
    RETURN a;
END $$;
COMMENT ON FUNCTION app.keeper(text, text) IS
'The account that may do this action; null: the owner of the machine, on whose connection alone no account is named';
