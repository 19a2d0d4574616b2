CREATE FUNCTION app.kept_time(
    unit text, zone text, starts timestamptz, stops timestamptz, OUT kept_from timestamptz, OUT kept_to timestamptz
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
-- The nearest limits, inside or outside: tickets between are added or taken away. What stopped a moment ago has little
-- behind it, so it is kept without a limit.
DECLARE
    one interval := ('1 ' || unit)::interval;
    local timestamp;
BEGIN
    kept_from := starts;
    IF isfinite(starts) THEN
        local := date_trunc(unit, starts AT TIME ZONE zone);
        kept_from := CASE WHEN starts AT TIME ZONE zone - local > local + one - starts AT TIME ZONE zone
                          THEN local + one ELSE local END AT TIME ZONE zone;
    END IF;
    kept_to := 'infinity';
    IF stops < now() - interval '1 week' THEN
        local := date_trunc(unit, stops AT TIME ZONE zone);
        kept_to := CASE WHEN stops AT TIME ZONE zone - local > local + one - stops AT TIME ZONE zone
                        THEN local + one ELSE local END AT TIME ZONE zone;
    END IF;
    IF kept_from >= kept_to OR starts >= stops THEN
        kept_from := starts;
        kept_to := starts;
    END IF;
END $$;
COMMENT ON FUNCTION app.kept_time(text, text, timestamptz, timestamptz) IS
'Which whole months or days of a zone are nearest to a stretch of time? Both where it starts: none, all of it is counted';
