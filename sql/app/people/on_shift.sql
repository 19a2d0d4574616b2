CREATE FUNCTION app.on_shift(post bigint, moment timestamp) RETURNS boolean LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- A shift past midnight belongs to the day on which it began.
BEGIN
    RETURN coalesce((
        SELECT bool_or(
            CASE WHEN s.starts < s.ends THEN moment::time >= s.starts AND moment::time < s.ends
                 ELSE moment::time >= s.starts OR moment::time < s.ends END
            AND d.day >= r.valid_from AND d.day < r.valid_to
            AND (d.day - r.valid_from) % r.every_days = 0
            AND (r.weekdays IS NULL OR extract(ISODOW FROM d.day) = ANY(r.weekdays)))
        FROM core.roster AS r
        JOIN core.shift AS s ON s.shift = r.shift
        CROSS JOIN LATERAL (
            SELECT moment::date - (s.ends <= s.starts AND moment::time < s.ends)::integer AS day) AS d
        WHERE r.post_id = post AND r.valid_from <= moment::date AND r.valid_to >= moment::date
        HAVING bool_or(moment::date >= r.valid_from AND moment::date < r.valid_to)), true);
END $$;
COMMENT ON FUNCTION app.on_shift(bigint, timestamp) IS
'Does a post work at this local time? By its roster if the post has one that day, else always';
