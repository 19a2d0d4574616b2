CREATE FUNCTION app.take_boundary_lock() RETURNS void
LANGUAGE plpgsql SET lock_timeout = '50ms' SET search_path = pg_catalog, pg_temp AS $$
-- Publishing needs the lock alone, but reports must not wait long: everybody who asks for a lock later waits behind the
-- one that waits for it. So this function gives up after a short wait and tries again, for example while somebody
-- loads many reports. After a minute it refuses with reports_loading.
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
