CREATE FUNCTION app.take_boundary_lock() RETURNS void
LANGUAGE plpgsql SET lock_timeout = '50ms' SET search_path = pg_catalog, pg_temp AS $$
-- Alone, and yet no report waits long: whoever waits for a lock makes all who come later wait behind him, so where
-- reports are slow to end (somebody loads many) this steps back and tries again. Refuses reports_loading after a minute.
BEGIN
    FOR attempt IN 1..600 LOOP
        BEGIN
            PERFORM pg_advisory_xact_lock(app.boundary_lock());
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    PERFORM app.refuse('reports_loading');
END $$;
COMMENT ON FUNCTION app.take_boundary_lock() IS 'Take the boundary lock alone, without making reports wait long';
