CREATE FUNCTION app.millionths(part bigint, whole bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- As round(part::numeric / whole, 6) has it, halves away from zero, at a tenth of the cost; neither is negative.
RETURN CASE WHEN whole > 0 THEN ((2000000 * part + whole) / (2 * whole))::double precision / 1000000 END;
COMMENT ON FUNCTION app.millionths(bigint, bigint) IS
'The share of a whole, rounded to six digits; null: of nothing';
GRANT EXECUTE ON FUNCTION app.millionths(bigint, bigint) TO gisgrid_service, gisgrid_viewer;
