CREATE FUNCTION app.check_account(actor text, account core.account) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a core.account := app.account_actor(actor);
    r core.account_role;
BEGIN
    SELECT x.* INTO r FROM core.account_role AS x WHERE x.role = account.role;
    IF r.role IS NULL THEN
        PERFORM app.refuse('role_unknown', account.role, (
            SELECT string_agg(x.role, ', ' ORDER BY x.role) FROM core.account_role AS x));
    ELSIF actor IS NULL THEN
        RETURN;
    ELSIF NOT app.may_give_role(a.role, account.role) THEN
        PERFORM app.refuse('role_beyond', account.role, r.name_zh);
    ELSIF account.area_id IS NULL AND r.works_in = 'area' THEN
        RETURN;  -- refused by its guard, in words that fit better
    ELSIF NOT app.account_reaches(a, account) THEN
        PERFORM app.refuse('area_beyond');
    ELSIF app.account_beside(a, account) THEN
        PERFORM app.refuse('account_beside');
    ELSIF account.person_id IS NOT NULL AND a.area_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.post AS p WHERE p.person_id = account.person_id AND p.path @> ARRAY[a.area_id]) THEN
        PERFORM app.refuse('person_beyond');
    END IF;
END $$;
COMMENT ON FUNCTION app.check_account(text, core.account) IS
'Refuse an account with a role, an area or a person beyond the actor''s own';
