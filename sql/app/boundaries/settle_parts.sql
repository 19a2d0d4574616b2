CREATE FUNCTION app.settle_parts(leaf geometry, beside geometry [], tolerance double precision) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
-- The parts of one leaf settle on each other too, and are one where they touch: else a slit stays between them.
DECLARE
    part geometry;
    whole geometry;
    settled geometry := app.settle_leaf(leaf, beside, tolerance);
BEGIN
    IF st_numgeometries(settled) = 1 THEN
        RETURN app.without_hairlines(settled);
    END IF;
    FOR part IN SELECT p.geom FROM st_dump(settled) AS p ORDER BY p.path LOOP
        whole := CASE WHEN whole IS NULL THEN part ELSE st_union(
            app.settle_leaf(whole, ARRAY[part], app.rounding_deg()), app.settle_leaf(part, ARRAY[whole], app.same_line_deg())) END;
    END LOOP;
    whole := app.without_hairlines(whole);
    RETURN CASE WHEN st_numgeometries(whole) < st_numgeometries(settled) THEN whole ELSE settled END;
END $$;
COMMENT ON FUNCTION app.settle_parts(geometry, geometry [], double precision) IS
'A leaf as app.settle_leaf makes it, without slits between its own parts';
