CREATE FUNCTION app.end_phone_token(actor text, account text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    IF NOT EXISTS (SELECT FROM overlay.ping_token AS t JOIN core.account AS c USING (account_id) WHERE c.name = account) THEN
        PERFORM app.refuse('phone_token_unknown', left(account, 64));
    END IF;
    PERFORM app.make_ping_token(account, NULL);
END $$;
COMMENT ON FUNCTION app.end_phone_token(text, text) IS
'The phone of an account sends no more positions by its token: it was lost, or belongs to somebody else now';
GRANT EXECUTE ON FUNCTION app.end_phone_token(text, text) TO gisgrid_service;
