CREATE FUNCTION app.last_version(area_id bigint, at timestamptz DEFAULT NULL) RETURNS SETOF core.area_version
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- As recorded now. Where an undo has closed all records of the area, the record that was closed last.
SELECT v.*
FROM core.area_version AS v
WHERE v.area_id = last_version.area_id AND v.valid_from <= coalesce(last_version.at, now())
ORDER BY v.recorded_to DESC, v.valid_from DESC
LIMIT 1;
END;
COMMENT ON FUNCTION app.last_version(bigint, timestamptz) IS
'The last version of an area up to that instant; no row: the area did not exist yet';
GRANT EXECUTE ON FUNCTION app.last_version(bigint, timestamptz) TO gisgrid_service, gisgrid_viewer;
