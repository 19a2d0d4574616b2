CREATE FUNCTION app.same_line_deg() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 1e-8::double precision;
END;
COMMENT ON FUNCTION app.same_line_deg() IS
'The tolerance of boundaries, degrees (about a millimetre): two lines that differ by less are the same line';
