CREATE FUNCTION app.live_leaf(change_set bigint) RETURNS SETOF core.area_version
LANGUAGE sql STABLE
BEGIN ATOMIC
-- The path of the change set ends in its own area; path {0} is the whole network.
SELECT v.*
FROM draft.changeset AS c
CROSS JOIN LATERAL app.area_at(c.valid_from) AS v
WHERE
    c.changeset_id = live_leaf.change_set AND v.network = c.network AND v.level = 'grid'
    AND v.path && c.areas;
END;
COMMENT ON FUNCTION app.live_leaf(bigint) IS 'The leaves of a change set''s area that apply at its date';
