CREATE FUNCTION app.to_relocate(change_set bigint)
RETURNS TABLE (
    what text, id text, from_code text, to_code text, to_area_id bigint, area_version_id bigint, path bigint [],
    method text, confidence double precision, arrow geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Compares the area of each thing with the live boundaries; a thing that differs must be relocated. Preview, publish
-- call it. A point well inside its own leaf, with no special grid near, is not located again. A ticket without a
-- point goes to the area of app.area_held and is shown at the area's label point.
SELECT
    m.what,
    m.id,
    f.code,
    coalesce(l.code, u.code),
    coalesce(l.area_id, u.area_id),
    l.area_version_id,
    coalesce(l.path, u.path, '{0}'),
    l.method,
    l.confidence,
    st_makeline(m.geom, coalesce(v.label_point, m.geom))
FROM (
    SELECT p.*, c.network, t.at
    FROM draft.changeset AS c
    CROSS JOIN LATERAL (SELECT greatest(c.valid_from, clock_timestamp()) AS at) AS t
    CROSS JOIN LATERAL app.relocatable_point(c.changeset_id) AS p
    WHERE
        c.changeset_id = to_relocate.change_set
        AND NOT EXISTS (
            SELECT
            FROM (
                SELECT v.* FROM app.area_at(t.at) AS v
                WHERE v.area_id = p.area_id AND v.level = 'grid' AND v.path = p.path
                OFFSET 0  -- finds the leaf by its key, not by its box
            ) AS s
            WHERE
                st_covers(s.geom, p.geom) AND NOT st_dwithin(st_boundary(s.geom), p.geom, 1e-9)
                AND NOT EXISTS (
                    SELECT FROM app.area_at(t.at) AS o
                    WHERE
                        o.network = c.network AND o.level = 'grid' AND o.kind = 'special'
                        AND o.geom && p.geom AND o.area_id <> s.area_id
                )
            OFFSET 0  -- asked of each point alone, before the dear app.locate below
        )
) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
CROSS JOIN LATERAL app.locate(m.geom, m.network, m.at, m.accuracy_m) AS l
LEFT JOIN LATERAL (
    SELECT a.area_id, a.code, a.path
    FROM (SELECT m.geom WHERE l.area_id IS NULL AND m.what = 'ticket' OFFSET 0) AS outside
    CROSS JOIN LATERAL app.area_above(outside.geom, m.network, m.at) AS a
) AS u ON true
LEFT JOIN core.area_version AS v ON l.area_version_id = v.area_version_id
WHERE m.path <> coalesce(l.path, u.path, '{0}')
UNION ALL
SELECT
    'ticket',
    m.number,
    f.code AS from_code,
    h.code AS to_code,
    h.area_id,
    h.area_version_id,
    h.path,
    h.method,
    h.confidence,
    st_makeline(coalesce(m.shown, h.label_point), h.label_point)
FROM draft.changeset AS c
CROSS JOIN LATERAL app.relocatable_name(c.changeset_id) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
CROSS JOIN LATERAL app.area_held(
    m.named_area_id, m.area_id, c.network, greatest(c.valid_from, clock_timestamp())
) AS h
WHERE
    c.changeset_id = to_relocate.change_set
    AND (m.path <> h.path OR (m.shown IS NOT NULL AND (m.shown = h.label_point) IS NOT TRUE));
END;
COMMENT ON FUNCTION app.to_relocate(bigint) IS
'Things that a change set could relocate and that are not yet where the live boundaries put them';
