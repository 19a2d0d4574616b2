CREATE FUNCTION app.measured_stage(change_set bigint)
RETURNS TABLE (staged_id bigint, label_point geometry, area_m2 double precision)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
-- A query of its own, because an UPDATE runs on one processor only.
BEGIN
    RETURN QUERY
    SELECT s.staged_id, (st_maximuminscribedcircle(s.geom)).center, st_area(s.geom::geography)
    FROM draft.staged AS s
    WHERE s.changeset_id = change_set AND s.geom IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.measured_stage(bigint) IS
'Label points and geodesic areas (m2) of the versions that a change set stages';
