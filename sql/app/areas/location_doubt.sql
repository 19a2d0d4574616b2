CREATE FUNCTION app.location_doubt(
    point geometry, network text, at timestamptz, accuracy_m double precision, is_in_grid boolean
) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
-- The nearest ground counts, of grids and of areas below which nothing is drawn yet. Only shapes whose boxes are in
-- reach are measured, so a point on another continent costs an index look-up; grids first, because a shape above them is
-- a hundred times as dear to measure. Before anything was drawn, no point is far: topmost areas alone say so, because to
-- read all versions for an instant before them took 5 ms a point and more.
DECLARE
    far_m double precision;
    coarse_m double precision;
    box geometry;
BEGIN
    SELECT d.far_m, d.coarse_m INTO far_m, coarse_m FROM core.deployment AS d;
    IF location_doubt.accuracy_m > coarse_m THEN
        RETURN 'coarse';
    ELSIF is_in_grid THEN
        RETURN NULL;
    ELSIF NOT EXISTS (
        SELECT FROM app.area_at(location_doubt.at) AS a WHERE a.parent_id IS NULL AND a.network = location_doubt.network)
    THEN
        RETURN NULL;
    END IF;
    far_m := greatest(far_m, location_doubt.accuracy_m);
    box := st_expand(point, far_m / (110000 * greatest(cosd(st_y(point)), 0.01)), far_m / 110000);
    IF EXISTS (
        SELECT FROM app.area_at(location_doubt.at) AS a
        WHERE a.network = location_doubt.network AND a.level = 'grid' AND a.geom && box
          AND (st_dwithin(a.geom, point, 0) OR app.distance_to_edge_m(st_boundary(a.geom), point) <= far_m)
    ) OR EXISTS (
        SELECT FROM app.area_at(location_doubt.at) AS a
        WHERE a.network = location_doubt.network AND a.level <> 'grid' AND a.geom && box
          AND CASE WHEN NOT EXISTS (SELECT FROM app.area_at(location_doubt.at) AS b WHERE b.parent_id = a.area_id)
                   THEN st_dwithin(a.geom, point, 0) OR app.distance_to_edge_m(st_boundary(a.geom), point) <= far_m END
    ) THEN
        RETURN NULL;
    END IF;
    RETURN 'far';
END $$;
COMMENT ON FUNCTION app.location_doubt(geometry, text, timestamptz, double precision, boolean) IS
'Why is this point no location? far: outside everything by more than core.deployment.far_m and its accuracy; coarse: '
'its accuracy is worse than core.deployment.coarse_m; null: it is one';
GRANT EXECUTE ON FUNCTION app.location_doubt(geometry, text, timestamptz, double precision, boolean) TO gisgrid_service;
