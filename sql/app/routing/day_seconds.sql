CREATE FUNCTION app.day_seconds(starts time, ends time) RETURNS int4multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN day_seconds.starts < day_seconds.ends
        THEN int4multirange(
            int4range(extract(EPOCH FROM day_seconds.starts)::integer, extract(EPOCH FROM day_seconds.ends)::integer)
        )
    ELSE int4multirange(
        int4range(0, extract(EPOCH FROM day_seconds.ends)::integer),
        int4range(extract(EPOCH FROM day_seconds.starts)::integer, 86400)
    )
END;
END;
COMMENT ON FUNCTION app.day_seconds(time, time) IS 'The seconds of a day from one time to another, past midnight too';
