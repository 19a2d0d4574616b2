-- A trunk street of 0.0003 degrees that begins at each spot and goes south-east.
INSERT INTO overlay.ground (kind, class, name, geom)
SELECT
    'street',
    'trunk',
    '路' || n,
    st_makeline(
        st_setsrid(st_makepoint(lon, lat), 4326), st_setsrid(st_makepoint(lon + 0.0003, lat - 0.0003), 4326)
    )
FROM spot;
