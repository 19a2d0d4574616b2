CREATE FUNCTION app.set_secret(actor text, account text, secret_sha256 bytea, verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The database sees neither the secret nor the password: only what recognises them.
DECLARE
    c core.account := app.account_to_change(actor, account);
BEGIN
    UPDATE core.account AS x SET secret_sha256 = set_secret.secret_sha256, secret_argon2 = NULL
    WHERE x.account_id = c.account_id;
    DELETE FROM core.session AS s WHERE s.account_id = c.account_id;
    UPDATE core.login_scope AS s SET verifier = set_secret.verifier WHERE s.login = c.name;
    PERFORM app.keep_login(c.name, is_new_password => true) FROM core.login_scope AS s WHERE s.login = c.name;
END $$;
COMMENT ON FUNCTION app.set_secret(text, text, bytea, text) IS
'Give an account a new secret, which is also the password of its database login; the one before no longer works';
GRANT EXECUTE ON FUNCTION app.set_secret(text, text, bytea, text) TO gisgrid_service;
