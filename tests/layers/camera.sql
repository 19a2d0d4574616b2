-- A camera at each spot that sees a square of 0.0002 degrees south-east of it.
INSERT INTO overlay.camera (code, name, path, bearing_deg, angle_deg, range_m, geom, sector)
SELECT
    'C' || n,
    '路口' || n,
    '{0}',
    135,
    90,
    25,
    st_setsrid(st_makepoint(lon, lat), 4326),
    st_makeenvelope(lon, lat - 0.0002, lon + 0.0002, lat, 4326)
FROM spot;
