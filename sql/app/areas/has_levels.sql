CREATE FUNCTION app.has_levels(network text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce((
    SELECT true
    FROM app.area_at(NULL) AS v
    WHERE v.network = has_levels.network AND v.parent_id IS NULL AND v.level <> 'grid'
    LIMIT 1
), false);
END;
COMMENT ON FUNCTION app.has_levels(text) IS 'Has the network areas above its grids?';
GRANT EXECUTE ON FUNCTION app.has_levels(text) TO gisgrid_service, gisgrid_viewer;
