-- A sensor at each spot.
INSERT INTO overlay.device (code, name, kind, category, path, geom)
SELECT
    'D' || n,
    '烟感' || n,
    'smoke',
    'hazard',
    '{0}',
    st_setsrid(st_makepoint(lon, lat), 4326)
FROM spot;
