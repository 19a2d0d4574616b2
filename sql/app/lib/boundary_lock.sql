CREATE FUNCTION app.boundary_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147001::bigint;
END;
COMMENT ON FUNCTION app.boundary_lock() IS
'Advisory lock. Publishing holds it alone while the new versions go live. Intake shares it, by a statement of its own';
GRANT EXECUTE ON FUNCTION app.boundary_lock() TO gisgrid_service;
