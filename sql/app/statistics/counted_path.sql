CREATE FUNCTION app.counted_path(
    area_id bigint, at timestamptz, as_recorded timestamptz DEFAULT NULL, network text DEFAULT NULL
)
RETURNS TABLE (path bigint [], depth integer, has_children boolean, children bigint [])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Tickets are counted by the whole path down to an area: a ticket that was closed while its community lay in another
-- town counts for that town's path, not for the present one. No row: the area does not apply at that date.
SELECT
    a.path,
    cardinality(a.path),
    a.level <> 'grid',
    ARRAY(
        SELECT v.area_id
        FROM app.area_at(counted_path.at, counted_path.as_recorded) AS v
        WHERE
            v.parent_id = a.area_id
            OR (
                a.area_id = 0 AND v.parent_id IS NULL
                AND v.network = coalesce(counted_path.network, v.network)
            )
    )
FROM (
    SELECT
        v.area_id,
        v.path,
        v.level
    FROM app.area_at(counted_path.at, counted_path.as_recorded) AS v
    WHERE v.area_id = counted_path.area_id
    UNION ALL
    SELECT
        0,
        '{0}',
        ''
    WHERE counted_path.area_id = 0
) AS a;
END;
COMMENT ON FUNCTION app.counted_path(bigint, timestamptz, timestamptz, text) IS
'Which path are an area''s tickets counted by at a date, and which children has the area then? '
'Area 0: a network''s topmost areas; network null: those of all networks';
GRANT EXECUTE ON FUNCTION app.counted_path(bigint, timestamptz, timestamptz, text) TO gisgrid_service, gisgrid_viewer;
