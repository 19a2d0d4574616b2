CREATE FUNCTION app.change_account(actor text, account text, changes jsonb, new_person bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    former core.account := app.account_to_change(actor, account);
    c core.account := former;
BEGIN
    IF former.name = actor THEN
        PERFORM app.refuse('account_own');
    END IF;
    c.role := coalesce(changes ->> 'role', c.role);
    IF changes ? 'area' THEN
        c.area_id := app.account_area(changes ->> 'area');
    END IF;
    IF changes ? 'department' THEN
        c.department := nullif(changes ->> 'department', '');
    END IF;
    IF changes ? 'person' THEN
        c.person_id := new_person;
    END IF;
    PERFORM app.check_account(actor, c);
    UPDATE core.account AS x SET (role, area_id, department, person_id)
    = ROW(c.role, c.area_id, c.department, c.person_id) WHERE x.account_id = c.account_id;
    PERFORM app.keep_login_scope(c, former.role, NULL);
END $$;
COMMENT ON FUNCTION app.change_account(text, text, jsonb, bigint) IS
'Change role, area, department or person of an account, those that changes names; at once everywhere. '
'new_person: who is meant by the person of changes; null: nobody';
GRANT EXECUTE ON FUNCTION app.change_account(text, text, jsonb, bigint) TO gisgrid_service;
