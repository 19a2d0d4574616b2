CREATE FUNCTION app.last_version(area_id bigint, at timestamptz DEFAULT NULL) RETURNS SETOF core.area_version
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- As we know it today; of an area that was taken back altogether as it was known last.
SELECT v.*
FROM core.area_version AS v
WHERE v.area_id = last_version.area_id AND v.valid_from <= coalesce(last_version.at, now())
ORDER BY v.recorded_to DESC, v.valid_from DESC
LIMIT 1;
END;
COMMENT ON FUNCTION app.last_version(bigint, timestamptz) IS
'The last shape that an area had until that instant; no row: it was not there yet';
GRANT EXECUTE ON FUNCTION app.last_version(bigint, timestamptz) TO gisgrid_service, gisgrid_viewer;
