CREATE FUNCTION app.add_work(at timestamptz, amount interval) RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
-- Forwards a span includes its end, backwards its start: 17:00 plus one hour is 18:00, not the next morning.
DECLARE
    added bigint := extract(EPOCH FROM amount) * 1000000;
    target bigint := app.work_before(at) + added;
BEGIN
    IF added = 0 THEN
        RETURN (SELECT greatest(s.starts, at) FROM core.work_span AS s
                WHERE s.starts >= (SELECT max(b.starts) FROM core.work_span AS b WHERE b.starts <= at) AND s.ends > at
                ORDER BY s.starts LIMIT 1);
    END IF;
    RETURN (
        SELECT s.starts + (target - s.before_us) * interval '1 microsecond' FROM core.work_span AS s
        WHERE s.before_us <= target - (added > 0)::integer AND target <= s.before_us + s.length_us
        ORDER BY s.before_us DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION app.add_work(timestamptz, interval) IS
'Which instant is this much working time later? amount < 0: earlier; amount 0: the next working instant. '
'Null where the calendar ends';
GRANT EXECUTE ON FUNCTION app.add_work(timestamptz, interval) TO gisgrid_service;
