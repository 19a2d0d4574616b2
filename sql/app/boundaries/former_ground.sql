CREATE FUNCTION app.former_ground(change_set bigint, at timestamptz, near geometry) RETURNS geometry []
LANGUAGE sql STABLE
BEGIN ATOMIC
-- An undo may give back ground that its area held right before the undone publish: ground that no area has held since
-- is not new ground. Ground that another area has taken meanwhile is an overlap.
SELECT array_agg(v.geom)
FROM draft.changeset AS c
LEFT JOIN draft.changeset AS u ON c.undoes = u.changeset_id
CROSS JOIN LATERAL (
    SELECT a.* FROM app.area_at(former_ground.at) AS a
    UNION ALL
    SELECT b.* FROM app.area_at(former_ground.at, u.published_at - interval '1 microsecond') AS b
    WHERE u.published_at IS NOT NULL
) AS v
WHERE
    c.changeset_id = former_ground.change_set AND v.network = c.network AND v.level = 'grid' AND v.kind = 'base'
    AND v.path && c.areas AND v.geom && former_ground.near;
END;
COMMENT ON FUNCTION app.former_ground(bigint, timestamptz, geometry) IS
'The base leaves of a change set''s area that met the box of a shape at an instant, before the change set is published';
