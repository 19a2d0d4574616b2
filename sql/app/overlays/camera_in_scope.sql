CREATE VIEW app.camera_in_scope WITH (security_invoker = true) AS
SELECT
    c.camera_id,
    c.code,
    c.name,
    c.bearing_deg,
    c.angle_deg,
    c.range_m,
    c.geom::geometry (Point, 4326) AS geom,
    c.sector::geometry (Polygon, 4326) AS sector
FROM app.cameras_in_scope() AS c;
COMMENT ON VIEW app.camera_in_scope IS 'The cameras of the caller''s own areas, read-only';
GRANT SELECT ON app.camera_in_scope TO gisgrid_viewer;
