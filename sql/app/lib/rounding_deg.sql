CREATE FUNCTION app.rounding_deg() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 1e-12::double precision;
END;
COMMENT ON FUNCTION app.rounding_deg() IS
'Degrees (0.1 micrometres): a corner set on a straight line of a neighbour lies beside it by less, by its last digit';
GRANT EXECUTE ON FUNCTION app.rounding_deg() TO gisgrid_service;
