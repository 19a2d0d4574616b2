CREATE FUNCTION app.presence_of(since timestamptz, until timestamptz, area bigint, gap interval)
RETURNS TABLE (
    worker text, name text, minutes double precision, own_minutes double precision, pings bigint,
    first_at timestamptz, last_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A ping counts with the time since the one before it, unless that is longer than `gap` or a segment begins.
BEGIN
    RETURN QUERY
    WITH ping AS (
        SELECT p.worker, p.at, p.path, CASE
            WHEN p.is_start OR coalesce(p.at - lag(p.at) OVER own > gap, true) THEN 0
            ELSE extract(EPOCH FROM p.at - greatest(lag(p.at) OVER own, since)) END::float8 AS s
        FROM overlay.ping AS p
        WHERE p.at >= since - gap AND p.at < until AND p.doubt IS NULL
        WINDOW own AS (PARTITION BY p.worker ORDER BY p.at)
    ), seen AS (
        SELECT p.* FROM ping AS p
        WHERE p.at >= since AND p.path && app.private_scope() AND (area IS NULL OR p.path @> ARRAY[area])
    )
    SELECT s.worker, min(n.name), round((sum(s.s) / 60)::numeric, 2)::float8,
        round((coalesce(sum(s.s) FILTER (WHERE CASE
            WHEN c.person_id IS NULL THEN s.path @> ARRAY[c.area_id]
            ELSE EXISTS (
                SELECT FROM core.post AS o WHERE o.person_id = c.person_id
                AND s.path @> ARRAY[o.area_id] AND o.valid_from <= s.at AND o.valid_to > s.at) END), 0) / 60)::numeric, 2)::float8,
        count(*), min(s.at), max(s.at)
    FROM seen AS s
    LEFT JOIN core.account AS c ON c.name = s.worker
    LEFT JOIN core.person AS n ON n.person_id = c.person_id
    GROUP BY s.worker ORDER BY s.worker COLLATE "C";
END $$;
COMMENT ON FUNCTION app.presence_of(timestamptz, timestamptz, bigint, interval) IS
'How many minutes was each worker of the caller''s private scope on patrol, and in the areas of his own posts?';
GRANT EXECUTE ON FUNCTION app.presence_of(timestamptz, timestamptz, bigint, interval) TO gisgrid_service;
