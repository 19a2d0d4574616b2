CREATE FUNCTION app.walks_kept_state(area bigint, since timestamptz, until timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.require_patrols(area);
    RETURN (
        SELECT md5(string_agg(concat_ws(' ', w.worker, w.hour, w.kept_until, length(w.runs)), ',' ORDER BY w.worker, w.hour))
        FROM overlay.walk AS w
        WHERE w.hour >= since AND w.hour < until AND w.runs IS NOT NULL
          AND ((w.worker, w.hour) NOT IN (SELECT d.worker, d.hour FROM overlay.walk_due AS d) OR NOT EXISTS (
              SELECT FROM overlay.walk_due AS d
              WHERE d.worker = w.worker AND d.hour = w.hour AND d.since <= w.kept_until OFFSET 0))
    );
END $$;
COMMENT ON FUNCTION app.walks_kept_state(bigint, timestamptz, timestamptz) IS
'Is what app.walks_kept answers still the same? Another text when it is not; null: it answers nothing';
GRANT EXECUTE ON FUNCTION app.walks_kept_state(bigint, timestamptz, timestamptz) TO gisgrid_service;
