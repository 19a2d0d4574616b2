CREATE FUNCTION app.sender_of(account bigint, token_sha256 bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
SELECT c.name
FROM core.account AS c
INNER JOIN overlay.ping_token AS t ON c.account_id = t.account_id
INNER JOIN core.permission AS p ON c.role = p.role AND p.action = 'send_pings'
WHERE c.account_id = sender_of.account AND t.token_sha256 = sender_of.token_sha256 AND c.disabled_at IS NULL;
END;
COMMENT ON FUNCTION app.sender_of(bigint, bytea) IS
'Whose phone has this token? The account''s name; null: unknown token, the account is disabled, or may send no pings';
GRANT EXECUTE ON FUNCTION app.sender_of(bigint, bytea) TO gisgrid_service;
