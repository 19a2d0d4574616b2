CREATE FUNCTION app.record_ground() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ground', st_envelope(st_collect(st_envelope(geom))) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_ground() IS
'Records in core.change, once a statement, the box of all ground that the statement drew or removed';
