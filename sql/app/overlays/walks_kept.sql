CREATE FUNCTION app.walks_kept(area bigint, since timestamptz, until timestamptz) RETURNS TABLE (runs bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.require_patrols(area);
    RETURN QUERY
    SELECT w.runs FROM overlay.walk AS w
    WHERE w.hour >= since AND w.hour < until AND w.runs IS NOT NULL
      AND ((w.worker, w.hour) NOT IN (SELECT d.worker, d.hour FROM overlay.walk_due AS d) OR NOT EXISTS (
          SELECT FROM overlay.walk_due AS d
          WHERE d.worker = w.worker AND d.hour = w.hour AND d.since <= w.kept_until OFFSET 0));
END $$;
COMMENT ON FUNCTION app.walks_kept(bigint, timestamptz, timestamptz) IS
'What was seen in the hours of a time, as far as it is added up, without names; see app.trails_to_cover for the rest';
GRANT EXECUTE ON FUNCTION app.walks_kept(bigint, timestamptz, timestamptz) TO gisgrid_service;
