CREATE FUNCTION app.relocation_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147003::bigint;
END;
COMMENT ON FUNCTION app.relocation_lock() IS
'Advisory lock: only one batch after a publish runs at a time, so that two workers never relocate the same thing';
