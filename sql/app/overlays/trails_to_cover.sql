CREATE FUNCTION app.trails_to_cover(
    area bigint,
    since timestamptz,
    until timestamptz,
    whole_since timestamptz,
    whole_until timestamptz,
    most integer
)
RETURNS TABLE (
    worker text, hour timestamptz, at timestamptz, lon double precision, lat double precision, is_start boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Hours by hours, each with the pings of the 120 s before it: the line that leads into it counts for it. An hour
-- between whole_since and whole_until that is added up is answered by app.walks_kept.
BEGIN
    PERFORM app.require_patrols(area);
    RETURN QUERY
    SELECT w.worker, w.hour, p.at, st_x(p.geom), st_y(p.geom), p.is_start
    FROM overlay.walk AS w
    JOIN overlay.ping AS p ON p.worker = w.worker
        AND p.at >= greatest(w.hour, since) - interval '120 s' AND p.at < least(w.hour + interval '1 hour', until)
    WHERE w.hour > since - interval '1 hour' AND w.hour < until AND p.doubt IS NULL
      AND (w.is_stale OR w.runs IS NULL OR w.hour < whole_since OR w.hour >= whole_until)
    ORDER BY w.worker, w.hour, p.at LIMIT most;
END $$;
COMMENT ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) IS
'The pings of a time that count for coverage and are not answered by what is kept, by worker and hour';
GRANT EXECUTE ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) TO gisgrid_service;
