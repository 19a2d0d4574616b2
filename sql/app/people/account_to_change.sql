CREATE FUNCTION app.account_to_change(actor text, account text) RETURNS core.account
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One change of accounts at a time, so that two who change each other do not wait for each other.
DECLARE
    a core.account;
    c core.account;
BEGIN
    LOCK TABLE core.account IN SHARE ROW EXCLUSIVE MODE;
    a := app.account_actor(actor);
    SELECT x.* INTO c FROM core.account AS x WHERE x.name = account_to_change.account AND x.removed_at IS NULL;
    IF c.name IS NULL OR actor IS NOT NULL AND NOT app.account_reaches(a, c) THEN
        PERFORM app.refuse('account_unknown', left(account, 64));
    ELSIF actor IS NOT NULL AND NOT app.may_give_role(a.role, c.role) THEN
        PERFORM app.refuse('role_beyond', c.role, (SELECT r.name_zh FROM core.account_role AS r WHERE r.role = c.role));
    ELSIF actor IS NOT NULL AND app.account_beside(a, c) THEN
        PERFORM app.refuse('account_beside');
    END IF;
    RETURN c;
END $$;
COMMENT ON FUNCTION app.account_to_change(text, text) IS
'The account, if this actor may manage it; refused as unknown outside the actor''s area, as beyond him by its role';
