CREATE FUNCTION app.grids_to_cover(area bigint) RETURNS TABLE (area_version_id bigint, code text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.require_patrols(area);
    RETURN QUERY
    SELECT v.area_version_id, v.code::text FROM app.area_at(now()) AS v
    WHERE v.level = 'grid' AND v.path @> ARRAY[area] ORDER BY v.code COLLATE "C";
END $$;
COMMENT ON FUNCTION app.grids_to_cover(bigint) IS
'The grids of today in an area, whose coverage the caller may see; refuses another area';
GRANT EXECUTE ON FUNCTION app.grids_to_cover(bigint) TO gisgrid_service;
