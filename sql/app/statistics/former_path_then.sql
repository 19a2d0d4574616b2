CREATE FUNCTION app.former_path_then(at timestamptz, as_recorded timestamptz)
RETURNS TABLE (ticket_id bigint, path bigint [], area_version_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- A relocation counts if it applied by `at` and was recorded by `as_recorded`. The path of a ticket is that of its
-- first relocation after the last one that counts; no row: its present path. Where a point is private, a grid that the
-- ticket has left is private too: the point lies where that grid and the present one overlap. Runs as the owner, so
-- that no plan of the caller's counts what is left out.
WITH known AS (
    SELECT f.*
    FROM work.former_path AS f
    INNER JOIN work.ticket AS t ON f.ticket_id = t.ticket_id
    WHERE t.has_public_point OR f.path[cardinality(f.path)] = t.path[cardinality(t.path)]
)

SELECT DISTINCT ON (f.ticket_id)
    f.ticket_id,
    f.path,
    f.area_version_id
FROM known AS f
WHERE
    (f.valid_to > former_path_then.at OR f.recorded_to > former_path_then.as_recorded)
    AND NOT EXISTS (
        SELECT FROM known AS l
        WHERE
            l.ticket_id = f.ticket_id AND l.former_path_id > f.former_path_id
            AND l.valid_to <= former_path_then.at
            AND l.recorded_to <= coalesce(former_path_then.as_recorded, 'infinity')
    )
ORDER BY f.ticket_id, f.former_path_id;
END;
COMMENT ON FUNCTION app.former_path_then(timestamptz, timestamptz) IS
'Which tickets were on other areas, or assigned to other versions of their grid, at an instant, as recorded by then? '
'Where the point is private, only '
'the present grid';
GRANT EXECUTE ON FUNCTION app.former_path_then(timestamptz, timestamptz) TO gisgrid_service, gisgrid_viewer;
