CREATE FUNCTION app.patrols_at(
    instant timestamptz, within interval, area bigint, near geometry, most integer
)
RETURNS TABLE (
    worker text, name text, grid text, lon double precision, lat double precision, at timestamptz,
    accuracy_m double precision, distance_m double precision
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Workers first, by the hours in which they walked, then the newest ping of each: 500 workers take 10 ms.
BEGIN
    RETURN QUERY
    SELECT w.worker, n.name, a.code::text, st_x(p.geom), st_y(p.geom), p.at, p.accuracy_m,
        CASE WHEN near IS NOT NULL THEN st_distance(p.geom::geography, near::geography) END AS distance_m
    FROM (
        SELECT DISTINCT k.worker FROM overlay.walk AS k
        WHERE k.hour BETWEEN date_trunc('hour', instant - within, 'UTC') AND instant
    ) AS w
    CROSS JOIN LATERAL (
        SELECT x.* FROM overlay.ping AS x
        WHERE x.worker = w.worker AND x.at BETWEEN instant - within AND instant AND x.doubt IS NULL
        ORDER BY x.at DESC LIMIT 1
    ) AS p
    LEFT JOIN core.area AS a ON a.area_id = p.path[cardinality(p.path)]
    LEFT JOIN core.account AS c ON c.name = w.worker
    LEFT JOIN core.person AS n ON n.person_id = c.person_id
    WHERE p.path && app.private_scope() AND (area IS NULL OR p.path @> ARRAY[area])
    ORDER BY 8, w.worker LIMIT most;
END $$;
COMMENT ON FUNCTION app.patrols_at(timestamptz, interval, bigint, geometry, integer) IS
'Where were the patrols of the caller''s private scope at an instant? Of each the newest ping that is not older than '
'`within`; the nearest to a point first, if one is given, else by worker';
GRANT EXECUTE ON FUNCTION app.patrols_at(timestamptz, interval, bigint, geometry, integer) TO gisgrid_service;
