CREATE FUNCTION app.to_relocate(change_set bigint)
RETURNS TABLE (
    what text, id text, from_code text, to_code text, to_area_id bigint, area_version_id bigint, path bigint [],
    method text, confidence double precision, arrow geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Things that have to follow a change set, with the areas that hold them now. Preview and publish call it.
-- A thing whose area has ended follows by either policy. A thing whose area is live follows if its point had
-- another holder right before the change set; by policy stay a ticket does not. What stays takes its area's path.
-- A ticket outside every grid goes to the nearest area above; one without a point as app.area_held says, and is shown
-- at the label point. A point well inside its own leaf, with no special grid near, is not located again.
SELECT
    s.what,
    s.id,
    f.code,
    s.to_code,
    s.to_area_id,
    s.area_version_id,
    s.to_path,
    s.method,
    s.confidence,
    st_makeline(s.geom, coalesce(v.label_point, s.geom))
FROM (
    SELECT
        m.*,
        l.method,
        l.confidence,
        CASE WHEN k.keeps THEN m.own_id ELSE coalesce(l.area_id, u.area_id) END AS to_area_id,
        CASE WHEN k.keeps THEN m.own_code ELSE coalesce(l.code, u.code) END AS to_code,
        CASE WHEN k.keeps THEN m.own_path ELSE coalesce(l.path, u.path, '{0}') END AS to_path,
        CASE WHEN k.keeps THEN m.own_version_id ELSE l.area_version_id END AS area_version_id
    FROM (
        SELECT
            p.*,
            c.network,
            t.at,
            c.published_at - interval '1 microsecond' AS before,
            o.area_id AS own_id,
            o.code AS own_code,
            o.level AS own_level,
            o.path AS own_path,
            o.area_version_id AS own_version_id,
            coalesce(c.policy = 'stay' AND p.what = 'ticket' AND o.area_id IS NOT NULL, false) AS stays
        FROM draft.changeset AS c
        CROSS JOIN LATERAL (SELECT greatest(c.valid_from, clock_timestamp()) AS at) AS t
        CROSS JOIN LATERAL app.relocatable_point(c.changeset_id) AS p
        LEFT JOIN LATERAL (
            SELECT a.* FROM app.area_at(t.at) AS a WHERE a.area_id = p.area_id
            OFFSET 0  -- finds the area by its key, not by its box
        ) AS o ON true
        WHERE
            c.changeset_id = to_relocate.change_set
            AND (o.path = p.path AND o.level = 'grid' AND (
                (c.policy = 'stay' AND p.what = 'ticket') OR (
                    st_covers(o.geom, p.geom) AND NOT st_dwithin(st_boundary(o.geom), p.geom, 1e-9)
                    AND NOT EXISTS (
                        SELECT FROM app.area_at(t.at) AS x
                        WHERE
                            x.network = c.network AND x.level = 'grid' AND x.kind = 'special'
                            AND x.geom && p.geom AND x.area_id <> o.area_id
                    )
                )
            )) IS NOT TRUE
        OFFSET 0  -- asked of each point alone, before the dear app.locate below
    ) AS m
    LEFT JOIN LATERAL app.locate(m.geom, m.network, m.at, m.accuracy_m) AS l ON NOT m.stays
    LEFT JOIN LATERAL (
        SELECT b.area_id
        FROM (SELECT m.geom WHERE m.own_id IS NOT NULL AND NOT m.stays AND l.area_id IS DISTINCT FROM m.own_id OFFSET 0)
            AS elsewhere
        CROSS JOIN LATERAL app.locate(elsewhere.geom, m.network, m.at, m.accuracy_m, m.before) AS b
    ) AS b ON true
    CROSS JOIN LATERAL (
        SELECT m.own_id IS NOT NULL AND (
            m.stays OR l.area_id = m.own_id
            OR (l.area_id IS NOT DISTINCT FROM b.area_id AND (l.area_id IS NOT NULL OR m.own_level = 'grid'))
        ) AS keeps
    ) AS k
    LEFT JOIN LATERAL (
        SELECT a.area_id, a.code, a.path
        FROM (SELECT m.geom WHERE NOT k.keeps AND l.area_id IS NULL AND m.what = 'ticket' OFFSET 0) AS outside
        CROSS JOIN LATERAL app.area_above(outside.geom, m.network, m.at) AS a
    ) AS u ON true
) AS s
LEFT JOIN core.area AS f ON s.area_id = f.area_id
LEFT JOIN core.area_version AS v ON s.area_version_id = v.area_version_id AND v.level = 'grid'
WHERE s.path <> s.to_path AND (s.what <> 'post' OR s.to_area_id IS NOT NULL)
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
CROSS JOIN LATERAL (SELECT greatest(c.valid_from, clock_timestamp()) AS at) AS t
CROSS JOIN LATERAL app.relocatable_name(c.changeset_id) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
LEFT JOIN LATERAL (
    SELECT a.area_id FROM app.area_at(t.at) AS a WHERE a.area_id = m.area_id AND c.policy = 'stay' OFFSET 0
) AS o ON true
CROSS JOIN LATERAL app.area_held(coalesce(o.area_id, m.named_area_id), m.area_id, c.network, t.at) AS h
WHERE
    c.changeset_id = to_relocate.change_set
    AND (m.path <> h.path OR (m.shown IS NOT NULL AND (m.shown = h.label_point) IS NOT TRUE));
END;
COMMENT ON FUNCTION app.to_relocate(bigint) IS
'Things that have to follow a change set and are not yet where they belong';
