CREATE FUNCTION app.counter_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147005::bigint;
END;
COMMENT ON FUNCTION app.counter_lock() IS
'Advisory lock: only one worker at a time adds up what changed in the counters of areas';
