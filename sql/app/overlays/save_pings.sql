CREATE FUNCTION app.save_pings(
    who text,
    ats timestamptz [],
    lons double precision [],
    lats double precision [],
    cells bigint [],
    accuracies_m double precision [],
    starts boolean [],
    doubts text [],
    tally jsonb,
    network text DEFAULT 'base'
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- After app.open_trail, in its transaction; the pings in the order of their times. Hours with new pings are marked: the
-- worker process adds them up later, and who asks before that reads the pings themselves.
DECLARE
    first timestamptz;
    last timestamptz;
BEGIN
    INSERT INTO overlay.ping (worker, at, path, cell, accuracy_m, is_start, doubt, geom)
    SELECT who, g.at, l.path, g.cell, g.accuracy_m, g.is_start, g.doubt, st_setsrid(st_makepoint(g.lon, g.lat), 4326)
    FROM unnest(ats, lons, lats, cells, accuracies_m, starts, doubts)
        WITH ORDINALITY AS g (at, lon, lat, cell, accuracy_m, is_start, doubt, n)
    JOIN app.paths_of_points(lons, lats, ats, network) AS l ON l.n = g.n
    ON CONFLICT (worker, at) DO NOTHING;

    SELECT min(g.at), max(g.at) INTO first, last FROM unnest(ats, doubts) AS g (at, doubt) WHERE g.doubt IS NULL;
    IF first IS NOT NULL THEN
        INSERT INTO overlay.walk AS w (worker, hour)
        SELECT DISTINCT who, date_trunc('hour', g.at, 'UTC') FROM unnest(ats, doubts) AS g (at, doubt)
        WHERE g.doubt IS NULL ORDER BY 2
        ON CONFLICT (worker, hour) DO UPDATE SET is_stale = true WHERE NOT w.is_stale;

        -- A ping between two that were added up changes the line that ends at the later one, maybe in the hour after it.
        UPDATE overlay.walk AS w SET is_stale = true, kept_until = NULL
        WHERE w.worker = who AND w.kept_until > first AND w.hour <= last + interval '1 hour';

        UPDATE overlay.walker AS w SET at = p.at, geom = p.geom, area_id = nullif(p.path[cardinality(p.path)], 0)
        FROM overlay.ping AS p
        WHERE w.worker = who AND p.worker = who AND p.at = last AND (w.at IS NULL OR w.at < last);
    END IF;

    INSERT INTO overlay.ping_tally AS t (day, worker, reason, pings)
    SELECT current_date, who, e.key, e.value::bigint FROM jsonb_each_text(tally) AS e WHERE e.value::bigint > 0
    ON CONFLICT (day, worker, reason) DO UPDATE SET pings = t.pings + excluded.pings;
END $$;
COMMENT ON FUNCTION app.save_pings IS
'Add pings to the trail of a worker, each with the grid that held it then, and what became of the batch to his tally';
GRANT EXECUTE ON FUNCTION app.save_pings TO gisgrid_service;
