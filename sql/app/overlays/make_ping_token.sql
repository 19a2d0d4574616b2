CREATE FUNCTION app.make_ping_token(worker text, token_sha256 bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- The id is in the token, so the account was looked up before; null ends the token that there is.
BEGIN
    DELETE FROM overlay.ping_token AS t USING core.account AS c
    WHERE c.account_id = t.account_id AND c.name = make_ping_token.worker;
    INSERT INTO overlay.ping_token (account_id, token_sha256)
    SELECT c.account_id, make_ping_token.token_sha256 FROM core.account AS c
    WHERE c.name = make_ping_token.worker AND make_ping_token.token_sha256 IS NOT NULL;
    PERFORM app.note('ping_token', make_ping_token.worker, jsonb_build_object(
        'did', CASE WHEN make_ping_token.token_sha256 IS NULL THEN 'end' ELSE 'make' END));
END $$;
COMMENT ON FUNCTION app.make_ping_token(text, bytea) IS
'Keep the digest of the token of an account''s phone in place of the one before; null: its phone has none from now on';
GRANT EXECUTE ON FUNCTION app.make_ping_token(text, bytea) TO gisgrid_service;
