CREATE FUNCTION app.beyond_own(change_set bigint, at timestamptz, kind text)
RETURNS TABLE (code text, geom geometry, m2 text, since text, since_zh text)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Base leaves are compared with the area's base leaves before and with a neighbour's, whose ground is not new
-- (app.check_outside reports it as theirs); special leaves with the area's base leaves after. A live leaf that keeps
-- its shape counts as reaching nowhere.
SELECT
    b.code,
    b.geom,
    app.said_m2(st_area(b.geom::geography)),
    ' from ' || app.name_instant(nullif(beyond_own.at, b.valid_from)) || ' on',
    '，自 ' || app.name_instant(nullif(beyond_own.at, b.valid_from)) || ' 起'
FROM (
    SELECT
        d.code,
        c.valid_from,
        app.ground_beyond(
            d.geom,
            CASE beyond_own.kind
                WHEN 'base' THEN app.former_ground(beyond_own.change_set, beyond_own.at, d.geom) || (
                    SELECT array_agg(f.geom) FROM app.foreign_ground(
                        beyond_own.change_set, d.geom, beyond_own.at, beyond_own.at + interval '1 microsecond'
                    ) AS f
                )
                ELSE app.own_ground(beyond_own.change_set, beyond_own.at, d.geom)
            END
        ) AS geom
    FROM draft.changeset AS c
    CROSS JOIN app.draft_leaf(beyond_own.change_set) AS d
    WHERE
        c.changeset_id = beyond_own.change_set AND d.is_redrawn AND d.kind = beyond_own.kind AND d.is_sound
        AND NOT EXISTS (
            SELECT FROM app.area_at(beyond_own.at) AS v
            WHERE v.network = c.network AND v.code = d.code AND v.geom = d.geom AND v.path && c.areas
        )
    OFFSET 0
) AS b
WHERE b.geom IS NOT NULL;
END;
COMMENT ON FUNCTION app.beyond_own(bigint, timestamptz, text) IS
'Which leaves drawn in a change set reach beyond the base leaves of its area at an instant, with the ground beyond?';
