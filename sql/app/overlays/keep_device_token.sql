CREATE FUNCTION app.keep_device_token(actor text, code text, token_sha256 bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_id bigint := app.device_to_change(actor, code);
BEGIN
    INSERT INTO overlay.device_token AS t (device_id, token_sha256) VALUES (found_id, keep_device_token.token_sha256)
    ON CONFLICT ON CONSTRAINT device_token_pkey
    DO UPDATE SET token_sha256 = excluded.token_sha256, made_at = clock_timestamp();
    PERFORM app.note('device_token', keep_device_token.code, '{"did": "make"}', actor);
END $$;
COMMENT ON FUNCTION app.keep_device_token(text, text, bytea) IS
'Keep the digest of a device''s new token in place of the one before';
GRANT EXECUTE ON FUNCTION app.keep_device_token(text, text, bytea) TO gisgrid_service;
