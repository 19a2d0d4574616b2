CREATE FUNCTION app.own_ground(change_set bigint, at timestamptz, near geometry) RETURNS geometry []
LANGUAGE sql STABLE
BEGIN ATOMIC
-- As the base leaves would be at that instant after publishing; those that meet the box of the shape.
SELECT array_agg(g.geom)
FROM (
    SELECT d.geom
    FROM app.draft_leaf_near(own_ground.change_set, own_ground.near) AS d
    WHERE d.kind = 'base' AND d.is_changed AND d.is_sound
    UNION ALL
    SELECT v.geom
    FROM draft.changeset AS c
    CROSS JOIN app.area_at(own_ground.at) AS v
    WHERE
        c.changeset_id = own_ground.change_set AND v.network = c.network AND v.level = 'grid' AND v.kind = 'base'
        AND v.path && c.areas AND v.geom && own_ground.near AND app.kept_leaf(own_ground.change_set, v)
) AS g;
END;
COMMENT ON FUNCTION app.own_ground(bigint, timestamptz, geometry) IS
'The base leaves that a change set''s area would have around a shape, at its date or a later instant';
