CREATE FUNCTION app.tell_qgis() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- QGIS listens on this channel for layers that are to be read again; what changed is not said, so nobody hears of it
-- who may not read it.
BEGIN
    PERFORM pg_notify('qgis', 'gisgrid');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.tell_qgis() IS 'Let every QGIS that has the project open read change sets and live areas again';
