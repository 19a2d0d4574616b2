CREATE FUNCTION app.set_sign_in_group(actor text, group_name text, role text, area text, department text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Who is in the group has the new role at his next sign-in; his sessions end, so that this is soon.
DECLARE
    c core.account;
BEGIN
    PERFORM app.account_actor(actor);
    c.role := set_sign_in_group.role;
    c.department := nullif(set_sign_in_group.department, '');
    c.area_id := app.account_area(set_sign_in_group.area);
    PERFORM app.check_account(actor, c);
    INSERT INTO core.sign_in_group AS g (group_name, role, area_id, department)
    VALUES (set_sign_in_group.group_name, c.role, c.area_id, c.department)
    ON CONFLICT ON CONSTRAINT sign_in_group_pkey DO UPDATE
    SET role = excluded.role, area_id = excluded.area_id, department = excluded.department;
    DELETE FROM core.session AS s USING core.account AS x
    WHERE s.account_id = x.account_id AND x.group_name = set_sign_in_group.group_name;
END $$;
COMMENT ON FUNCTION app.set_sign_in_group(text, text, text, text, text) IS
'Give a group of the city''s provider a role here, for this actor (null: the owner of the machine)';
GRANT EXECUTE ON FUNCTION app.set_sign_in_group(text, text, text, text, text) TO gisgrid_service;
