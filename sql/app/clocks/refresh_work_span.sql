CREATE FUNCTION app.refresh_work_span() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE core.work_span IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM core.work_span;
    INSERT INTO core.work_span (starts, ends, before_us, length_us)
    SELECT s.starts, s.ends, sum(s.length_us) OVER (ORDER BY s.starts) - s.length_us, s.length_us FROM (
        SELECT x.starts, x.ends, (extract(EPOCH FROM x.ends - x.starts) * 1000000)::bigint AS length_us FROM (
            SELECT (d.date + h.starts) AT TIME ZONE z.zone AS starts, (d.date + h.ends) AT TIME ZONE z.zone AS ends
            FROM core.calendar_day AS d CROSS JOIN core.work_hours AS h CROSS JOIN core.deployment AS z
            WHERE d.is_working) AS x
        WHERE x.starts < x.ends) AS s;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.refresh_work_span() IS 'Rebuilds core.work_span when days, hours or the zone change';
