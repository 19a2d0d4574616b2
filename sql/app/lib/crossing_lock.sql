CREATE FUNCTION app.crossing_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147006::bigint;
END;
COMMENT ON FUNCTION app.crossing_lock() IS
'Advisory lock: patrols are followed from grid to grid by one process at a time, so that no crossing is noted twice';
