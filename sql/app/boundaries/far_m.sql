CREATE FUNCTION app.far_m() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 100.0::double precision;
END;
COMMENT ON FUNCTION app.far_m() IS
'Pieces of a grid that lie farther apart than this, in metres, are warned of: wider than a street or a river';
