CREATE FUNCTION app.recount_walks() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Only hours all of whose pings are kept, with those of the 120 s before; the worker adds them up, and until then
-- coverage is reckoned from pings. Cells of the map and visits of places are dated later by it, never earlier.
DECLARE
    due bigint;
BEGIN
    INSERT INTO overlay.walk (worker, hour)
    SELECT DISTINCT p.worker, date_trunc('hour', p.at, 'UTC') FROM overlay.ping AS p WHERE p.doubt IS NULL
    ON CONFLICT DO NOTHING;
    INSERT INTO overlay.walk_due (worker, hour, since)
    SELECT w.worker, w.hour, w.hour FROM overlay.walk AS w
    WHERE w.runs IS NULL OR w.hour - interval '120 s' >= (SELECT min(p.at) FROM overlay.ping AS p);
    GET DIAGNOSTICS due = ROW_COUNT;
    RETURN due;
END $$;
COMMENT ON FUNCTION app.recount_walks() IS
'Let the worker reckon again what patrols saw, hour by hour, after a hand has changed pings; returns how many hours';
