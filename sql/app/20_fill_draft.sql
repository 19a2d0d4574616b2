CREATE FUNCTION app.live_leaf(change_set bigint) RETURNS SETOF core.area_version
LANGUAGE sql STABLE
BEGIN ATOMIC
-- The change set's own path ends in its area, or in the whole.
SELECT v.*
FROM draft.changeset AS c
CROSS JOIN LATERAL app.area_at(c.valid_from) AS v
WHERE
    c.changeset_id = live_leaf.change_set AND v.network = c.network AND v.level = 'grid'
    AND v.path @> c.path[cardinality(c.path):cardinality(c.path)];
END;
COMMENT ON FUNCTION app.live_leaf(bigint) IS 'The leaves that stand in a change set''s subtree at its date';

CREATE FUNCTION app.fill_draft(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Copy the leaves that stand in the change set's subtree at its date into the draft. Returns how many.
DECLARE
    copied bigint;
BEGIN
    INSERT INTO draft.base (changeset_id, area_version_id)
    SELECT change_set, v.area_version_id FROM app.live_leaf(change_set) AS v;
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT change_set, v.code, v.name, v.level, v.kind, p.code, v.area_version_id, v.geom
    FROM app.live_leaf(change_set) AS v
    LEFT JOIN core.area AS p ON p.area_id = v.parent_id;
    GET DIAGNOSTICS copied = ROW_COUNT;
    IF copied > 500 THEN  -- or every check is planned for a draft of one row
        ANALYZE draft.base;
        ANALYZE draft.area (changeset_id, code, level, base_version_id, is_changed);
    END IF;
    RETURN copied;
END $$;
COMMENT ON FUNCTION app.fill_draft(bigint) IS 'Copy the live leaves of a change set''s subtree into its draft';

CREATE FUNCTION app.gone_base(change_set bigint)
RETURNS TABLE (
    area_version_id bigint, code text, is_ended boolean, is_conflict boolean, is_deleted boolean, geom geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- What a draft began with and what is no more like that; a conflict where the draft changed or deleted it as well.
-- The same shape in a new record is no change. Only what is not live itself any more is compared.
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
COMMENT ON FUNCTION app.gone_base(bigint) IS 'What others changed of what a draft began with, and where that is a conflict';

CREATE FUNCTION app.rebase_draft(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Take over what others published since the draft was opened, wherever this draft left it alone.
DECLARE
    taken bigint[] := ARRAY(SELECT g.area_version_id FROM app.gone_base(change_set) AS g WHERE NOT g.is_conflict);
BEGIN
    IF cardinality(taken) > 0 THEN
        DELETE FROM draft.area AS d WHERE d.changeset_id = change_set AND d.base_version_id = ANY(taken);
        DELETE FROM draft.base AS b WHERE b.changeset_id = change_set AND b.area_version_id = ANY(taken);
    END IF;
    WITH unknown AS MATERIALIZED (
        SELECT l.area_version_id, l.area_id FROM app.live_leaf(change_set) AS l
        LEFT JOIN draft.base AS b ON b.changeset_id = change_set AND b.area_version_id = l.area_version_id
        WHERE b.area_version_id IS NULL
    ), theirs AS (
        SELECT l.*, p.code AS parent FROM unknown AS u
        JOIN core.area_version AS l ON l.area_version_id = u.area_version_id
        LEFT JOIN core.area AS p ON p.area_id = l.parent_id
        WHERE NOT EXISTS (
            SELECT FROM draft.base AS b JOIN core.area_version AS v USING (area_version_id)
            WHERE b.changeset_id = change_set AND v.area_id = u.area_id)
    ), noted AS (
        INSERT INTO draft.base (changeset_id, area_version_id) SELECT change_set, t.area_version_id FROM theirs AS t
    )
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT change_set, t.code, t.name, t.level, t.kind, t.parent, t.area_version_id, t.geom FROM theirs AS t;
END $$;
COMMENT ON FUNCTION app.rebase_draft(bigint) IS
'Take over what others published since a draft was opened, wherever the draft left it alone';
