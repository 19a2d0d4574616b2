CREATE FUNCTION app.wrong_ground()
RETURNS TABLE (network text, area_id bigint, counter text, kept bigint, counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- A millionth is nothing: shares of hairs that are the same line come and go.
WITH shape AS (
    SELECT
        v.area_version_id,
        min(v.area_version_id) OVER (PARTITION BY v.area_id, md5(st_asbinary(v.geom))) AS shape_id
    FROM core.area_version AS v
    WHERE v.level = 'grid'
)

SELECT
    v.network,
    v.area_id,
    format('shape of version %s', v.area_version_id),
    coalesce(k.shape_id, 0),
    coalesce(s.shape_id, 0)
FROM core.version_shape AS k
FULL JOIN shape AS s ON k.area_version_id = s.area_version_id
INNER JOIN core.area_version AS v ON coalesce(k.area_version_id, s.area_version_id) = v.area_version_id
WHERE k.shape_id IS DISTINCT FROM s.shape_id
UNION ALL
SELECT
    v.network,
    v.area_id,
    format('ground of version %s in version %s of %s, millionths', v.area_version_id, w.area_version_id, w.code),
    round(coalesce(k.share, 0) * 1e6)::bigint,
    round(coalesce(c.share, 0) * 1e6)::bigint
FROM core.shared_ground AS k
FULL JOIN app.ground_in_common() AS c ON k.shape_id = c.shape_id AND k.other_id = c.other_id
INNER JOIN core.area_version AS v ON coalesce(k.shape_id, c.shape_id) = v.area_version_id
INNER JOIN core.area_version AS w ON coalesce(k.other_id, c.other_id) = w.area_version_id
WHERE abs(coalesce(k.share, 0) - coalesce(c.share, 0)) > 1e-6;
END;
COMMENT ON FUNCTION app.wrong_ground() IS
'Which kept shapes of grids, and shares of ground that one has in another, are not what geometry says?';
