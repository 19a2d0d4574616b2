CREATE FUNCTION app.drawn_sides(change_set bigint)
RETURNS TABLE (code text, name text, kind text, change text, side text, geom geometry)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- Takes no scope: the caller has seen the change set. Each leaf that the draft alters comes twice: as the draft found
-- it and as the draft has it.
SELECT
    d.code,
    s.name,
    s.kind,
    CASE WHEN d.is_ended THEN 'ended' WHEN b.code IS NULL THEN 'new' ELSE 'redrawn' END AS change,
    s.side,
    s.geom
FROM app.drawn_leaf(drawn_sides.change_set) AS d
LEFT JOIN (
    SELECT v.code, v.name, v.kind, v.geom
    FROM draft.base AS f
    INNER JOIN core.area_version AS v ON f.area_version_id = v.area_version_id
    WHERE f.changeset_id = drawn_sides.change_set
) AS b ON d.code = b.code
CROSS JOIN LATERAL (
    SELECT 'before' AS side, b.name, b.kind, b.geom WHERE b.code IS NOT NULL
    UNION ALL
    SELECT 'after' AS side, d.name, d.kind, d.geom WHERE NOT d.is_ended
) AS s
ORDER BY s.side DESC, d.code COLLATE "C";
END;
COMMENT ON FUNCTION app.drawn_sides(bigint) IS
'Which leaves does a draft alter, add or end, each before and after? An ended one has only before, a new one only after';
GRANT EXECUTE ON FUNCTION app.drawn_sides(bigint) TO gisgrid_service;
