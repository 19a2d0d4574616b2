CREATE FUNCTION app.sliver_width_m() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 1.0::double precision;
END;
COMMENT ON FUNCTION app.sliver_width_m() IS
'Below this width in metres (twice the area by the perimeter) a part of a grid is a sliver';
