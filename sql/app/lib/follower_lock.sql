CREATE FUNCTION app.follower_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147003::bigint;
END;
COMMENT ON FUNCTION app.follower_lock() IS
'Advisory lock: one batch of what follows a publish at a time, so that two workers do nothing twice';
