CREATE FUNCTION app.take_boundary_lock() RETURNS void
LANGUAGE plpgsql SET lock_timeout = '50ms' SET search_path = pg_catalog, pg_temp AS $$
-- Alone, and yet no report waits long: whoever waits for a lock makes all who come later wait behind him, so where
-- reports are slow to end (somebody loads many) this steps back and tries again. Raises GG002 after a minute.
BEGIN
    FOR attempt IN 1..600 LOOP
        BEGIN
            PERFORM pg_advisory_xact_lock(app.boundary_lock());
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION E'正在批量载入上报，迟迟没有结束\nreports are being loaded and do not end'
        USING ERRCODE = 'GG002', HINT = E'稍后再发布\npublish again in a moment';
END $$;
COMMENT ON FUNCTION app.take_boundary_lock() IS 'Take the boundary lock alone, without making reports wait long';
