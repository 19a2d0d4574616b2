CREATE FUNCTION app.save_pings(who text, pings jsonb, tally jsonb, network text DEFAULT 'base') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- After app.open_trail, in its transaction. Hours with new pings are marked: the worker process adds them up later,
-- and who asks before that reads the pings themselves.
DECLARE
    saved bigint;
BEGIN
    INSERT INTO overlay.ping (worker, at, path, cell, accuracy_m, is_start, doubt, geom)
    SELECT who, g.at, coalesce(l.path, '{0}'), g.cell, g.accuracy_m, g.is_start, g.doubt, p.geom
    FROM jsonb_to_recordset(pings) AS g(
        at timestamptz, cell bigint, accuracy_m float8, is_start boolean, doubt text, lon float8, lat float8)
    CROSS JOIN LATERAL (SELECT st_setsrid(st_makepoint(g.lon, g.lat), 4326) AS geom) AS p
    CROSS JOIN LATERAL app.locate(p.geom, network, g.at) AS l
    ON CONFLICT (worker, at) DO NOTHING;
    GET DIAGNOSTICS saved = ROW_COUNT;

    INSERT INTO overlay.walk AS w (worker, hour)
    SELECT DISTINCT who, date_trunc('hour', g.at, 'UTC') FROM jsonb_to_recordset(pings) AS g(at timestamptz, doubt text)
    WHERE g.doubt IS NULL ORDER BY 2
    ON CONFLICT (worker, hour) DO UPDATE SET is_stale = true;

    -- A ping between two that were added up changes the line that ends at the later one, maybe in the hour after it.
    UPDATE overlay.walk AS w SET is_stale = true, kept_until = NULL
    FROM (SELECT min(g.at) AS first FROM jsonb_to_recordset(pings) AS g(at timestamptz, doubt text)
          WHERE g.doubt IS NULL) AS f
    WHERE w.worker = who AND w.kept_until > f.first AND w.hour <= (
        SELECT max(g.at) FROM jsonb_to_recordset(pings) AS g(at timestamptz, doubt text)
        WHERE g.doubt IS NULL) + interval '1 hour';

    UPDATE overlay.walker AS w SET at = n.at, geom = n.geom, area_id = n.area_id
    FROM (
        SELECT p.at, p.geom, nullif(p.path[cardinality(p.path)], 0) AS area_id FROM overlay.ping AS p
        WHERE p.worker = who AND p.doubt IS NULL ORDER BY p.at DESC LIMIT 1
    ) AS n WHERE w.worker = who AND (w.at IS NULL OR w.at < n.at);

    INSERT INTO overlay.ping_tally AS t (day, worker, reason, pings)
    SELECT current_date, who, e.key, e.value::bigint FROM jsonb_each_text(tally) AS e WHERE e.value::bigint > 0
    ON CONFLICT (day, worker, reason) DO UPDATE SET pings = t.pings + excluded.pings;
    RETURN saved;
END $$;
COMMENT ON FUNCTION app.save_pings(text, jsonb, jsonb, text) IS
'Add pings to the trail of a worker, each with the grid that held it then, and what became of the batch to his tally';
GRANT EXECUTE ON FUNCTION app.save_pings(text, jsonb, jsonb, text) TO gisgrid_service;
