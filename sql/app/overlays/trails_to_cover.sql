CREATE FUNCTION app.trails_to_cover(
    area bigint,
    since timestamptz,
    until timestamptz,
    whole_since timestamptz,
    whole_until timestamptz,
    most integer
)
RETURNS TABLE (
    begins_at double precision,
    pings integer,
    ats bytea,
    lons bytea,
    lats bytea,
    starts bytea
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Hour by hour, each with the pings of the 120 s before the lines that count: one leads in from there. An hour between
-- whole_since and whole_until is answered by app.walks_kept as far as it is added up. As arrays in their binary form,
-- because a million rows take longer to be read than to be reckoned with. date_part: EXTRACT goes by decimal numbers, a
-- quarter of this query.
DECLARE
    total bigint := 0;
    trail record;
BEGIN
    PERFORM app.require_patrols(area);
    FOR trail IN
        SELECT w.worker, b.at, least(w.hour + interval '1 hour', until) AS until
        FROM (
            SELECT k.*, h.is_whole
            FROM overlay.walk AS k
            CROSS JOIN LATERAL (SELECT k.hour >= whole_since AND k.hour < whole_until AS is_whole) AS h
            WHERE k.hour > since - interval '1 hour' AND k.hour < until
              AND (k.runs IS NULL OR NOT h.is_whole OR (k.worker, k.hour) IN (
                  SELECT x.worker, x.hour FROM overlay.walk_due AS x))
            OFFSET 0  -- few are due, and only of these it is asked since when
        ) AS w
        CROSS JOIN LATERAL (
            SELECT min(x.since) AS due_since FROM overlay.walk_due AS x WHERE x.worker = w.worker AND x.hour = w.hour
        ) AS d
        CROSS JOIN LATERAL (
            SELECT CASE WHEN w.is_whole AND w.runs IS NOT NULL AND w.kept_until < coalesce(d.due_since, 'infinity')
                THEN w.kept_until + interval '1 microsecond' ELSE greatest(w.hour, since) END AS at
        ) AS b
        ORDER BY w.worker, w.hour
    LOOP
        SELECT date_part('epoch', trail.at), count(*)::integer, array_send(array_agg(q.at)),
            array_send(array_agg(q.lon)), array_send(array_agg(q.lat)), array_send(array_agg(q.is_start))
        INTO begins_at, pings, ats, lons, lats, starts
        FROM (
            SELECT date_part('epoch', p.at) AS at, st_x(p.geom) AS lon, st_y(p.geom) AS lat, p.is_start
            FROM overlay.ping AS p
            WHERE p.worker = trail.worker AND p.at >= trail.at - interval '120 s' AND p.at < trail.until
              AND p.doubt IS NULL
            ORDER BY p.at  -- the arrays are of this order
        ) AS q;
        total := total + pings;
        IF pings > 0 THEN
            RETURN NEXT;
        END IF;
        EXIT WHEN total >= most;
    END LOOP;
END $$;
COMMENT ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) IS
'The pings of a time that count for coverage and are not answered by what is kept, a row a worker and hour, as arrays '
'in their binary form; it ends once there are `most`';
GRANT EXECUTE ON FUNCTION
app.trails_to_cover(bigint, timestamptz, timestamptz, timestamptz, timestamptz, integer) TO gisgrid_service;
