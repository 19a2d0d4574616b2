CREATE FUNCTION app.work_before(at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT s.before_us + least((extract(EPOCH FROM at - s.starts) * 1000000)::bigint, s.length_us)
            FROM core.work_span AS s WHERE s.starts <= at ORDER BY s.starts DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION app.work_before(timestamptz) IS
'How many microseconds of working time lie before this instant? Null: the instant is before the calendar''s first day';
GRANT EXECUTE ON FUNCTION app.work_before(timestamptz) TO gisgrid_service;
