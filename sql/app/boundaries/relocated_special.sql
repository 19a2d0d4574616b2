CREATE FUNCTION app.relocated_special(change_set bigint, recorded timestamptz)
RETURNS TABLE (code text, from_code text, to_code text, arrow geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Special grids whose label point lies in another base grid by the versions recorded at `recorded` than just before.
SELECT
    s.code,
    s.from_code,
    s.to_code,
    st_makeline(s.label_point, coalesce(s.host_point, s.label_point)) AS arrow
FROM (
    SELECT
        v.code,
        v.label_point,
        b.code AS from_code,
        a.code AS to_code,
        a.label_point AS host_point
    FROM draft.changeset AS c
    CROSS JOIN LATERAL (
        SELECT
            greatest(c.valid_from, relocated_special.recorded) AS at,
            relocated_special.recorded - interval '1 microsecond' AS before
    ) AS t
    INNER JOIN core.area AS n ON c.network = n.network AND n.level = 'grid' AND n.kind = 'special'
    CROSS JOIN LATERAL (
        SELECT o.* FROM app.area_at(t.at) AS o WHERE o.area_id = n.area_id OFFSET 0
    ) AS v
    CROSS JOIN LATERAL (
        SELECT o.label_point FROM app.area_at(t.at, t.before) AS o WHERE o.area_id = n.area_id OFFSET 0
    ) AS w
    LEFT JOIN LATERAL (
        SELECT o.code FROM app.area_at(t.at, t.before) AS o
        WHERE
            o.network = c.network AND o.level = 'grid' AND o.kind = 'base'
            AND o.geom && w.label_point AND st_covers(o.geom, w.label_point)
        ORDER BY o.code COLLATE "C"
        LIMIT 1
    ) AS b ON true
    LEFT JOIN LATERAL (
        SELECT o.code, o.label_point FROM app.area_at(t.at) AS o
        WHERE
            o.network = c.network AND o.level = 'grid' AND o.kind = 'base'
            AND o.geom && v.label_point AND st_covers(o.geom, v.label_point)
        ORDER BY o.code COLLATE "C"
        LIMIT 1
    ) AS a ON true
    WHERE c.changeset_id = relocated_special.change_set
) AS s
WHERE s.from_code IS DISTINCT FROM s.to_code;
END;
COMMENT ON FUNCTION app.relocated_special(bigint, timestamptz) IS
'Which special grids lie on another base grid once a change set is live?';
