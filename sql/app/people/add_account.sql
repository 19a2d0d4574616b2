CREATE FUNCTION app.add_account(
    actor text, name text, role text, area text, department text, person_id bigint, is_login boolean DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Without a secret until app.set_secret: no SHA-256 is empty.
DECLARE
    c core.account;
BEGIN
    LOCK TABLE core.account IN SHARE ROW EXCLUSIVE MODE;
    PERFORM app.account_actor(actor);
    IF add_account.name !~ '^[a-z][a-z0-9_.-]{1,39}$' OR add_account.name ~ '^(postgres|pg_.*|gisgrid.*|public|none)$' THEN
        PERFORM app.refuse('account_name', left(add_account.name, 64));
    ELSIF EXISTS (SELECT FROM core.account AS x WHERE x.name = add_account.name) THEN
        PERFORM app.refuse('account_taken', add_account.name);
    END IF;
    c.name := add_account.name; c.role := add_account.role; c.person_id := add_account.person_id;
    c.department := nullif(add_account.department, '');
    c.area_id := app.account_area(add_account.area);
    PERFORM app.check_account(actor, c);
    INSERT INTO core.account (name, secret_sha256, role, area_id, department, person_id)
    VALUES (c.name, '', c.role, c.area_id, c.department, c.person_id) RETURNING account_id INTO c.account_id;
    PERFORM app.keep_login_scope(c, NULL, CASE WHEN actor IS NULL THEN is_login END);
    RETURN c.account_id;
END $$;
COMMENT ON FUNCTION app.add_account(text, text, text, text, text, bigint, boolean) IS
'Add an account, for this actor (null: the owner of the machine), with the database login of its role; returns its id';
GRANT EXECUTE ON FUNCTION app.add_account(text, text, text, text, text, bigint, boolean) TO gisgrid_service;
