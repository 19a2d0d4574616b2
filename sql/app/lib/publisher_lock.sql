CREATE FUNCTION app.publisher_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147002::bigint;
END;
COMMENT ON FUNCTION app.publisher_lock() IS
'Advisory lock: only one publish runs at a time, so that two cannot take the same ground';
