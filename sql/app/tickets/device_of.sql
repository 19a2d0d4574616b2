CREATE FUNCTION app.device_of(device bigint, token_sha256 bytea)
RETURNS TABLE (device_id bigint, code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
SELECT
    d.device_id,
    d.code
FROM overlay.device AS d
INNER JOIN overlay.device_token AS t ON d.device_id = t.device_id
WHERE d.device_id = device_of.device AND t.token_sha256 = device_of.token_sha256 AND d.disabled_at IS NULL;
END;
COMMENT ON FUNCTION app.device_of(bigint, bytea) IS
'Which device has this token? No row: unknown token, or the device is disabled';
GRANT EXECUTE ON FUNCTION app.device_of(bigint, bytea) TO gisgrid_service;
