CREATE FUNCTION app.open_trail(who text, since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, lon double precision, lat double precision, doubt text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The locks come first, and the pings are read by a statement of their own: it sees what the batch before committed.
-- With the boundary lock, as intake has it, each ping is located by boundaries that are live when it is committed.
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    INSERT INTO overlay.walker (worker) VALUES (who) ON CONFLICT DO NOTHING;
    PERFORM FROM overlay.walker AS w WHERE w.worker = who FOR UPDATE;
    RETURN QUERY
    SELECT p.at, st_x(p.geom), st_y(p.geom), p.doubt FROM overlay.ping AS p
    WHERE p.worker = who AND p.at BETWEEN since AND until ORDER BY p.at;
END $$;
COMMENT ON FUNCTION app.open_trail(text, timestamptz, timestamptz) IS
'Lock a worker''s trail until the transaction ends, and return the pings of a time that are there';
GRANT EXECUTE ON FUNCTION app.open_trail(text, timestamptz, timestamptz) TO gisgrid_service;
