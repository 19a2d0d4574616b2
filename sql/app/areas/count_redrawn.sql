CREATE FUNCTION app.count_redrawn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO core.redrawn AS r (network, times) SELECT DISTINCT f.network, 1 FROM fresh AS f ORDER BY f.network
    ON CONFLICT (network) DO UPDATE SET times = r.times + 1;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.count_redrawn() IS 'Area versions of a network are written or closed: say so in core.redrawn';
