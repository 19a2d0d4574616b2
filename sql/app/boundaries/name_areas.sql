CREATE FUNCTION app.name_areas(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Make a row of core.area for every new code of the draft.
INSERT INTO core.area (network, code, level, kind)
SELECT c.network, d.code, d.level, d.kind
FROM draft.changeset AS c
INNER JOIN draft.area AS d ON c.changeset_id = d.changeset_id
WHERE
    c.changeset_id = name_areas.change_set
    AND NOT EXISTS (SELECT FROM core.area AS a WHERE a.network = c.network AND a.code = d.code)
ON CONFLICT (network, code) DO NOTHING;
END;
COMMENT ON FUNCTION app.name_areas(bigint) IS 'Make a row of core.area for every new code of a draft';
