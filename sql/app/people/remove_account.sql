CREATE FUNCTION app.remove_account(actor text, account text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c core.account := app.account_to_change(actor, account);
BEGIN
    IF c.name = actor THEN
        PERFORM app.refuse('account_own');
    END IF;
    UPDATE core.account AS x
    SET disabled_at = coalesce(x.disabled_at, clock_timestamp()), removed_at = clock_timestamp(), secret_sha256 = '',
        secret_argon2 = NULL, person_id = NULL
    WHERE x.account_id = c.account_id;
    DELETE FROM core.session AS s WHERE s.account_id = c.account_id;
    PERFORM app.keep_login_scope(c, NULL, false);
END $$;
COMMENT ON FUNCTION app.remove_account(text, text) IS
'Remove an account for good, with its database login. Its name stays in history, and nobody else gets it';
GRANT EXECUTE ON FUNCTION app.remove_account(text, text) TO gisgrid_service;
