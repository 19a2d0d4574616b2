CREATE FUNCTION app.united_areas(change_set bigint, parents bigint [], instants timestamptz [], is_noded boolean)
RETURNS TABLE (at timestamptz, parent_id bigint, geom geometry)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET min_parallel_table_scan_size = 0 SET min_parallel_index_scan_size = 0 AS $$
-- A query of its own, which plans on as many processors as there are: an INSERT that selects, and a GROUP BY, has one.
BEGIN
    RETURN QUERY
    SELECT t.at, a.area_id, app.united_children(change_set, a.area_id, t.at, is_noded)
    FROM core.area AS a
    CROSS JOIN unnest(instants) AS t (at)
    WHERE a.area_id = ANY(parents);
END $$;
COMMENT ON FUNCTION app.united_areas(bigint, bigint [], timestamptz [], boolean) IS
'The unions of the children, staged or live, of areas above the leaves, at each of these instants';
