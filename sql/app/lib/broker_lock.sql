CREATE FUNCTION app.broker_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147008::bigint;
END;
COMMENT ON FUNCTION app.broker_lock() IS
'Advisory lock: only one process listens to the MQTT broker, so that no ping comes in twice';
