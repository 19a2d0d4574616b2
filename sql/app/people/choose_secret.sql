CREATE FUNCTION app.choose_secret(account text, secret_argon2 text, verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Everybody chooses his own, so nobody else acts. The service has asked for the secret before this one.
BEGIN
    LOCK TABLE core.account IN SHARE ROW EXCLUSIVE MODE;
    UPDATE core.account AS x SET secret_sha256 = '', secret_argon2 = choose_secret.secret_argon2
    WHERE x.name = account AND x.disabled_at IS NULL;
    IF NOT FOUND THEN
        PERFORM app.refuse('account_unknown', left(account, 64));
    END IF;
    DELETE FROM core.session AS s USING core.account AS x WHERE x.name = account AND s.account_id = x.account_id;
    UPDATE core.login_scope AS s SET verifier = choose_secret.verifier WHERE s.login = account;
    PERFORM app.keep_login(s.login, is_new_password => true) FROM core.login_scope AS s WHERE s.login = account;
END $$;
COMMENT ON FUNCTION app.choose_secret(text, text, text) IS
'Give an account the secret that its person chose, which is also the password of its database login; the one before '
'no longer works, and its sessions end';
GRANT EXECUTE ON FUNCTION app.choose_secret(text, text, text) TO gisgrid_service;
