-- Squares of side_m metres whose north-west corner is the spot.
INSERT INTO core.network VALUES ('base', '基础网', 'base', 'free') ON CONFLICT DO NOTHING;
INSERT INTO core.area (network, code, level) SELECT 'base', 'S' || n, 'grid' FROM spot;
INSERT INTO core.area_version (area_id, network, code, level, kind, name, path, geom, label_point, area_m2, valid_from)
SELECT
    a.area_id,
    a.network,
    a.code,
    a.level,
    a.kind,
    a.code AS name,
    ARRAY[0, a.area_id],
    st_multi(s.square),
    st_centroid(s.square),
    spot.side_m ^ 2,
    '2020-01-01'
FROM spot
INNER JOIN core.area AS a ON a.code = 'S' || spot.n
CROSS JOIN LATERAL (
    SELECT st_makeenvelope(
        spot.lon, spot.lat - spot.side_m / 110900, spot.lon + spot.side_m / 98600, spot.lat, 4326
    ) AS square
) AS s;
