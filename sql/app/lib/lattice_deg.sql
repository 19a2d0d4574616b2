CREATE FUNCTION app.lattice_deg() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 1e-12::double precision;
END;
COMMENT ON FUNCTION app.lattice_deg() IS
'Degrees (0.1 micrometres): the lattice on which areas are cut with each other. Without it GEOS can lose ground where lines '
'nearly coincide; on a finer one it fails where a corner lies beside a line by its last digit';
GRANT EXECUTE ON FUNCTION app.lattice_deg() TO gisgrid_service, gisgrid_viewer;
