CREATE FUNCTION app.boundary_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147001::bigint;
END;
COMMENT ON FUNCTION app.boundary_lock() IS
'Advisory lock: publishing holds it alone while versions flip; intake shares it, in a statement of its own before';
GRANT EXECUTE ON FUNCTION app.boundary_lock() TO gisgrid_service;
