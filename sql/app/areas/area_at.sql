CREATE FUNCTION app.area_at(at timestamptz, as_recorded timestamptz DEFAULT NULL)
RETURNS SETOF core.area_version
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT v.*
FROM core.area_version AS v
WHERE
    v.valid_from <= coalesce(area_at.at, now())
    AND v.valid_to > coalesce(area_at.at, now())
    AND v.recorded_from <= coalesce(area_at.as_recorded, 'infinity')
    AND v.recorded_to > coalesce(area_at.as_recorded, '294276-01-01'::timestamptz);
END;
COMMENT ON FUNCTION app.area_at(timestamptz, timestamptz) IS
'Which area versions applied at that instant, as recorded by the second instant (default: by now)?';
GRANT EXECUTE ON FUNCTION app.area_at(timestamptz, timestamptz) TO gisgrid_service, gisgrid_viewer;
