CREATE FUNCTION app.foreign_ground(change_set bigint, near geometry, since timestamptz, until timestamptz)
RETURNS TABLE (code text, geom geometry, valid_from timestamptz, valid_to timestamptz)
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT
    v.code,
    v.geom,
    greatest(v.valid_from, foreign_ground.since),
    v.valid_to
FROM draft.changeset AS c
INNER JOIN core.area_version AS v ON c.network = v.network
WHERE
    c.changeset_id = foreign_ground.change_set AND v.level = 'grid' AND v.kind = 'base' AND v.recorded_to = 'infinity'
    AND v.valid_to > foreign_ground.since AND v.valid_from < foreign_ground.until
    AND v.geom && foreign_ground.near AND NOT v.path && c.areas;
END;
COMMENT ON FUNCTION app.foreign_ground(bigint, geometry, timestamptz, timestamptz) IS
'The base leaves outside a change set''s area that meet the box of a shape and apply within that time';
