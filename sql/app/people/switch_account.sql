CREATE FUNCTION app.switch_account(actor text, account text, is_on boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c core.account := app.account_to_change(actor, account);
BEGIN
    IF c.name = actor THEN
        PERFORM app.refuse('account_own');
    END IF;
    UPDATE core.account AS x SET disabled_at = CASE WHEN NOT is_on THEN coalesce(x.disabled_at, clock_timestamp()) END,
        left_at = NULL
    WHERE x.account_id = c.account_id;
    DELETE FROM core.session AS s WHERE s.account_id = c.account_id;
    PERFORM app.keep_login(c.name) FROM core.login_scope AS s WHERE s.login = c.name;
END $$;
COMMENT ON FUNCTION app.switch_account(text, text, boolean) IS
'Let an account in again, or out: its sessions end, its secret and its database login sign nobody in';
GRANT EXECUTE ON FUNCTION app.switch_account(text, text, boolean) TO gisgrid_service;
