CREATE FUNCTION app.day_kind(day date) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT CASE WHEN d.is_working THEN 'working' WHEN d.name IS NOT NULL THEN 'holiday' ELSE 'weekend' END
         FROM core.calendar_day AS d WHERE d.date = day),
        CASE WHEN extract(ISODOW FROM day) < 6 THEN 'working' ELSE 'weekend' END);
END $$;
COMMENT ON FUNCTION app.day_kind(date) IS 'Is this a working day, a weekend or a public holiday?';
