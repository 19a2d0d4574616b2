CREATE FUNCTION app.open_trail(who text, since timestamptz, until timestamptz, gap interval)
RETURNS TABLE (
    newest timestamptz, ats timestamptz [], lons double precision [], lats double precision [], doubts text []
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The locks come first, and the pings are read by a statement of their own: it sees what the batch before committed.
-- With the boundary lock, as intake has it, each ping is located by boundaries that are live when it is committed.
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    PERFORM FROM overlay.walker AS w WHERE w.worker = who FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO overlay.walker (worker) VALUES (who) ON CONFLICT DO NOTHING;
        PERFORM FROM overlay.walker AS w WHERE w.worker = who FOR UPDATE;
    END IF;
    RETURN QUERY
    SELECT
        (SELECT p.at FROM overlay.ping AS p WHERE p.worker = who ORDER BY p.at DESC LIMIT 1),
        array_agg(t.at ORDER BY t.at), array_agg(st_x(t.geom) ORDER BY t.at), array_agg(st_y(t.geom) ORDER BY t.at),
        array_agg(t.doubt ORDER BY t.at)
    FROM (
        (SELECT p.at, p.geom, p.doubt FROM overlay.ping AS p
         WHERE p.worker = who AND p.at < since AND p.at >= since - gap AND p.doubt IS NULL ORDER BY p.at DESC LIMIT 1)
        UNION ALL
        SELECT p.at, p.geom, p.doubt FROM overlay.ping AS p WHERE p.worker = who AND p.at BETWEEN since AND until
    ) AS t;
END $$;
COMMENT ON FUNCTION app.open_trail(text, timestamptz, timestamptz, interval) IS
'Lock a worker''s trail until the transaction ends. One row: his newest ping; those of the time that are there, and '
'before them the last one without a doubt, if it is as recent as the gap allows; null: none';
GRANT EXECUTE ON FUNCTION app.open_trail(text, timestamptz, timestamptz, interval) TO gisgrid_service;
