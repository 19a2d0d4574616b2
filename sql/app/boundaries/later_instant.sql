CREATE FUNCTION app.later_instant(change_set bigint) RETURNS SETOF timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT DISTINCT v.valid_from
FROM draft.changeset AS c
INNER JOIN core.area_version AS v ON c.network = v.network AND v.level = 'grid'
WHERE
    c.changeset_id = later_instant.change_set AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from
    AND v.path && c.areas
ORDER BY v.valid_from;
END;
COMMENT ON FUNCTION app.later_instant(bigint) IS 'When, after a change set''s date, did leaves of its area change?';
