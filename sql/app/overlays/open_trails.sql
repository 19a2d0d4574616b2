CREATE FUNCTION app.open_trails(
    workers text [], sinces timestamptz [], untils timestamptz [], gap interval, waits boolean
)
RETURNS TABLE (
    n integer,
    newest timestamptz,
    ats timestamptz [],
    lons double precision [],
    lats double precision [],
    doubts text []
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The locks come first, and the pings are read by a statement of their own: it sees what the batch before committed.
-- With the boundary lock, as intake has it, each ping is located by boundaries that are live when it is committed.
DECLARE
    held text [];
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    IF waits THEN
        INSERT INTO overlay.walker (worker) SELECT g.worker FROM unnest(workers) AS g (worker)
        WHERE NOT EXISTS (SELECT FROM overlay.walker AS w WHERE w.worker = g.worker OFFSET 0) ORDER BY 1
        ON CONFLICT DO NOTHING;
        held := ARRAY(SELECT w.worker FROM overlay.walker AS w WHERE w.worker = ANY(workers) ORDER BY 1 FOR UPDATE);
    ELSE
        held := ARRAY(SELECT w.worker FROM overlay.walker AS w WHERE w.worker = ANY(workers) FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY
    SELECT g.n::integer, l.at, t.*
    FROM unnest(workers, sinces, untils) WITH ORDINALITY AS g (worker, since, until, n)
    LEFT JOIN LATERAL (
        SELECT p.at FROM overlay.ping AS p WHERE p.worker = g.worker ORDER BY p.at DESC LIMIT 1
    ) AS l ON true
    CROSS JOIN LATERAL (
        SELECT array_agg(q.at ORDER BY q.at), array_agg(st_x(q.geom) ORDER BY q.at),
            array_agg(st_y(q.geom) ORDER BY q.at), array_agg(q.doubt ORDER BY q.at)
        FROM (
            (SELECT p.at, p.geom, p.doubt FROM overlay.ping AS p
             WHERE p.worker = g.worker AND p.at < g.since AND p.at >= g.since - gap AND p.doubt IS NULL
             ORDER BY p.at DESC LIMIT 1)
            UNION ALL
            SELECT p.at, p.geom, p.doubt FROM overlay.ping AS p
            WHERE p.worker = g.worker AND p.at BETWEEN g.since AND g.until
        ) AS q
    ) AS t
    WHERE g.worker = ANY(held);
END $$;
COMMENT ON FUNCTION app.open_trails(text [], timestamptz [], timestamptz [], interval, boolean) IS
'Lock the trails of workers until the transaction ends; without waiting, a trail that is held, or new, has no row. Of '
'each: his newest ping; those of the time that are there, and before them the last one without a doubt, if it is as '
'recent as the gap allows; null: none';
GRANT EXECUTE ON FUNCTION app.open_trails(text [], timestamptz [], timestamptz [], interval, boolean)
TO gisgrid_service;
