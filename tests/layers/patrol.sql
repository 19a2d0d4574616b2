-- A cell of 0.0003 degrees south-east of each spot, seen on the first of May.
INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom)
SELECT
    n::bigint << 12,
    '{0}',
    '2026-05-01 08:00+08',
    st_makeenvelope(lon, lat - 0.0003, lon + 0.0003, lat, 4326)
FROM spot;
