CREATE FUNCTION app.gone_base(change_set bigint)
RETURNS TABLE (
    area_version_id bigint, code text, is_ended boolean, is_conflict boolean, is_deleted boolean, geom geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Versions that a draft began with and that others have changed since; a conflict if the draft changed or deleted the
-- same leaf. A new record with the same shape is not a change. Only versions that are not live now are compared.
WITH gone AS MATERIALIZED (
    SELECT c.changeset_id, c.valid_from, v.area_version_id
    FROM draft.changeset AS c
    INNER JOIN draft.base AS b ON c.changeset_id = b.changeset_id
    INNER JOIN core.area_version AS v ON b.area_version_id = v.area_version_id
    WHERE
        c.changeset_id = gone_base.change_set
        AND NOT (v.recorded_to = 'infinity' AND v.valid_from <= c.valid_from AND v.valid_to > c.valid_from)
)

SELECT
    v.area_version_id,
    v.code,
    l.area_version_id IS NULL,
    coalesce(d.is_changed, l.area_version_id IS NOT NULL),
    d.draft_area_id IS NULL,
    coalesce(d.geom, v.geom)
FROM gone AS g
INNER JOIN core.area_version AS v ON g.area_version_id = v.area_version_id
LEFT JOIN LATERAL app.area_at(g.valid_from) AS l ON v.area_id = l.area_id
LEFT JOIN draft.area AS d ON g.changeset_id = d.changeset_id AND g.area_version_id = d.base_version_id
WHERE
    (l.area_version_id IS NULL OR (l.name, l.path) IS DISTINCT FROM (v.name, v.path) OR NOT l.geom = v.geom);
END;
COMMENT ON FUNCTION app.gone_base(bigint) IS
'Which base versions of a draft have others changed since, and which of them are conflicts?';
