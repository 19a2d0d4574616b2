CREATE FUNCTION app.trails_to_cover(
    area bigint,
    since timestamptz,
    until timestamptz,
    whole_since timestamptz,
    whole_until timestamptz,
    most integer
)
RETURNS TABLE (
    worker text,
    hour timestamptz,
    begins_at double precision,
    at double precision,
    lon double precision,
    lat double precision,
    is_start boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Hour by hour, each with the pings of the 120 s before the lines that count: one leads in from there. An hour between
-- whole_since and whole_until is answered by app.walks_kept as far as it is added up.
BEGIN
    PERFORM app.require_patrols(area);
    RETURN QUERY
    SELECT w.worker, w.hour, extract(EPOCH FROM b.at)::float8, extract(EPOCH FROM p.at)::float8,
        st_x(p.geom), st_y(p.geom), p.is_start
    FROM overlay.walk AS w
    CROSS JOIN LATERAL (SELECT w.hour >= whole_since AND w.hour < whole_until AS is_whole) AS h
    CROSS JOIN LATERAL (
        SELECT CASE WHEN h.is_whole AND w.runs IS NOT NULL AND w.kept_until IS NOT NULL
            THEN w.kept_until + interval '1 microsecond' ELSE greatest(w.hour, since) END AS at
    ) AS b
    JOIN overlay.ping AS p ON p.worker = w.worker
        AND p.at >= b.at - interval '120 s' AND p.at < least(w.hour + interval '1 hour', until)
    WHERE w.hour > since - interval '1 hour' AND w.hour < until AND p.doubt IS NULL
      AND (w.is_stale OR w.runs IS NULL OR NOT h.is_whole)
    ORDER BY w.worker, w.hour, p.at LIMIT most;
END $$;
COMMENT ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) IS
'The pings of a time that count for coverage and are not answered by what is kept, by worker and hour';
GRANT EXECUTE ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) TO gisgrid_service;
