CREATE FUNCTION app.record_category_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box) VALUES ('ticket', st_makeenvelope(-180, -90, 180, 90, 4326));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_category_change() IS
'Records in core.change that a category moved in the tree, so that tiles filtered by a category are drawn again';
