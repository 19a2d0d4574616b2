CREATE FUNCTION app.sliver_width_m() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 1.0::double precision;
END;
COMMENT ON FUNCTION app.sliver_width_m() IS 'A part of a grid that is narrower is a sliver (twice its area by its perimeter), metres';
