CREATE FUNCTION app.leave_account(account bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- left_at: so that who is in a group again is let in again, while one whom somebody disabled is not.
BEGIN
    UPDATE core.account AS c SET left_at = coalesce(c.left_at, clock_timestamp()), disabled_at = clock_timestamp()
    WHERE c.account_id = account AND c.disabled_at IS NULL;
    DELETE FROM core.session AS s WHERE s.account_id = account;
    PERFORM app.keep_login(c.name) FROM core.account AS c JOIN core.login_scope AS s ON s.login = c.name
    WHERE c.account_id = account;
END $$;
COMMENT ON FUNCTION app.leave_account(bigint) IS
'Let an account out whose owner is in no group any more: sessions, secret and database login sign nobody in';
