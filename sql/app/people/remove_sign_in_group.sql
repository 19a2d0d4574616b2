CREATE FUNCTION app.remove_sign_in_group(actor text, gone text) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c core.account;
BEGIN
    PERFORM app.account_actor(actor);
    IF NOT EXISTS (SELECT FROM core.sign_in_group AS g WHERE g.group_name = gone) THEN
        PERFORM app.refuse('unknown', left(gone, 64));
    END IF;
    FOR c IN SELECT x.* FROM core.account AS x WHERE x.group_name = gone LOOP
        PERFORM app.leave_account(c.account_id);
        RETURN NEXT c.name;
    END LOOP;
    DELETE FROM core.sign_in_group AS g WHERE g.group_name = gone;
END $$;
COMMENT ON FUNCTION app.remove_sign_in_group(text, text) IS
'A group has no role here any more; accounts that came by it are let out at once; returns their names';
GRANT EXECUTE ON FUNCTION app.remove_sign_in_group(text, text) TO gisgrid_service;
