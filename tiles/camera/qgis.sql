CREATE FUNCTION app.cameras_in_scope()
RETURNS TABLE (
    camera_id bigint, code text, name text, bearing_deg double precision, angle_deg double precision,
    range_m double precision, height_m double precision, state text, owner text, geom geometry, sector geometry
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Rows made for the caller: a login may not read overlay.camera, because EXPLAIN (ANALYZE) counts what a policy hides.
BEGIN
    RETURN QUERY
    SELECT c.camera_id, c.code, c.name, c.bearing_deg, c.angle_deg, c.range_m, c.height_m, c.state, c.owner, c.geom,
           c.sector
    FROM overlay.camera AS c WHERE c.path && app.layer_scope('camera');
END $$;
COMMENT ON FUNCTION app.cameras_in_scope() IS 'The cameras of the caller''s own areas, for QGIS (EPSG:4326)';
GRANT EXECUTE ON FUNCTION app.cameras_in_scope() TO gisgrid_viewer;
CREATE VIEW app.camera_in_scope WITH (security_invoker = true) AS
SELECT
    c.camera_id,
    c.code,
    c.name,
    c.bearing_deg,
    c.angle_deg,
    c.range_m,
    c.height_m,
    c.state,
    c.owner,
    c.geom::geometry (Point, 4326) AS geom,
    c.sector::geometry (Polygon, 4326) AS sector
FROM app.cameras_in_scope() AS c;
COMMENT ON VIEW app.camera_in_scope IS 'The cameras of the caller''s own areas, read-only';
GRANT SELECT ON app.camera_in_scope TO gisgrid_viewer;
