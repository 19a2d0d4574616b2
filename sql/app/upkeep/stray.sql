CREATE FUNCTION app.stray(network text)
RETURNS TABLE (
    kind text, severity text, code text, other_code text, message text, remedy text, is_excused boolean, geom geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Things on an area that is not live or does not hold them. Excused: tickets that a change set let stay on a live
-- area, or still relocates. As in app.to_relocate, a point well inside its own leaf, with no special grid near, is not
-- located.
SELECT
    m.what,
    'error',
    f.code,
    coalesce(l.code, u.code),
    format(
        '%s %s is assigned to %s, %s',
        CASE m.what WHEN 'ticket' THEN 'open ticket' ELSE m.what END,
        m.id,
        coalesce(f.code, 'no area'),
        CASE
            WHEN f.area_id IS NULL OR EXISTS (SELECT FROM app.area_at(now()) AS v WHERE v.area_id = f.area_id)
                THEN format('and lies in %s', coalesce(l.code, u.code, 'none'))
            ELSE format('which is not live; it lies in %s', coalesce(l.code, u.code, 'none'))
        END
    ),
    'publish a change set that covers this ground: publishing relocates what lies on it',
    m.what = 'ticket' AND EXISTS (
        SELECT FROM draft.touched AS t
        INNER JOIN draft.changeset AS c ON t.changeset_id = c.changeset_id
        WHERE
            t.area_id = m.area_id AND c.published_at IS NOT NULL
            AND (c.followed_at IS NULL OR (
                c.policy = 'stay' AND EXISTS (SELECT FROM app.area_at(now()) AS v WHERE v.area_id = m.area_id)
            ))
    ),
    m.shown
FROM (
    SELECT p.* FROM app.standing_point(stray.network) AS p
    WHERE NOT EXISTS (
        SELECT
        FROM (
            SELECT v.* FROM app.area_at(now()) AS v
            WHERE v.area_id = p.area_id AND v.level = 'grid' AND v.path = p.path
            OFFSET 0  -- finds the leaf by its key, not by its box
        ) AS s
        WHERE
            st_covers(s.geom, p.geom) AND NOT st_dwithin(st_boundary(s.geom), p.geom, 1e-9)
            AND NOT EXISTS (
                SELECT FROM app.area_at(now()) AS o
                WHERE
                    o.network = stray.network AND o.level = 'grid' AND o.kind = 'special'
                    AND o.geom && p.geom AND o.area_id <> s.area_id
            )
        OFFSET 0  -- asked of each point alone, before the dear app.locate below
    )
) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
CROSS JOIN LATERAL app.locate(m.geom, stray.network, now(), m.accuracy_m) AS l
LEFT JOIN LATERAL (
    SELECT a.area_id, a.code, a.path
    FROM (SELECT m.geom WHERE l.area_id IS NULL AND m.what = 'ticket' OFFSET 0) AS outside
    CROSS JOIN LATERAL app.area_above(outside.geom, stray.network, now()) AS a
) AS u ON true
WHERE m.path <> coalesce(l.path, u.path, '{0}')
UNION ALL
SELECT
    'ticket',
    'error',
    f.code AS on_code,
    h.code AS to_code,
    format(
        'open ticket %s has no location, is assigned to %s and belongs to %s',
        t.number,
        coalesce(f.code, 'no area'),
        h.code
    ),
    'publish a change set that covers this ground: publishing relocates what lies on it',
    t.closed_at IS NULL AND EXISTS (
        SELECT FROM draft.touched AS d
        INNER JOIN draft.changeset AS c ON d.changeset_id = c.changeset_id
        WHERE
            d.area_id = t.area_id AND c.published_at IS NOT NULL
            AND (c.followed_at IS NULL OR (
                c.policy = 'stay' AND EXISTS (SELECT FROM app.area_at(now()) AS v WHERE v.area_id = t.area_id)
            ))
    ),
    t.geom
FROM work.ticket_private AS p
INNER JOIN work.ticket AS t ON p.ticket_id = t.ticket_id
LEFT JOIN core.area AS f ON t.area_id = f.area_id
CROSS JOIN LATERAL app.area_held(p.named_area_id, t.area_id, stray.network, now()) AS h
WHERE (p.geom IS NULL OR p.doubt IS NOT NULL) AND t.network = stray.network AND t.closed_at IS NULL AND t.path <> h.path
UNION ALL
SELECT
    'staff',
    'warning',
    v.code,
    NULL,
    format('%s has no %s', v.code, string_agg(r.name_zh || ' (' || r.role || ')', ', ' ORDER BY r.rank)),
    'name somebody',
    false,
    v.label_point
FROM app.area_at(now()) AS v
INNER JOIN core.post_role AS r ON r.staffs_grids
LEFT JOIN core.post AS p ON v.area_id = p.area_id AND r.role = p.role AND p.valid_from <= now() AND p.valid_to > now()
WHERE
    v.network = stray.network AND v.network = 'base' AND v.level = 'grid' AND v.kind = 'base'
    AND p.post_id IS NULL AND EXISTS (SELECT FROM core.post)
GROUP BY v.code, v.label_point;
END;
COMMENT ON FUNCTION app.stray(text) IS
'Things on an area of a network that is not live or does not hold them, and base grids that lack posts of 1+1+1+N';
