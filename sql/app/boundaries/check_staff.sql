CREATE FUNCTION app.check_staff(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 1+1+1+N: warns of a changed base grid of the base network that lacks a party body, instructor, head or worker.
-- Posts that will come to the grid count: those of a grid that ends and whose heir it is, those with a point in it,
-- those that an undo opens again. A district without any posts gets no warning.
BEGIN
    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    WITH ended AS MATERIALIZED (
        SELECT v.area_id, v.kind, v.geom FROM app.live_leaf(change_set) AS v
        WHERE NOT EXISTS (
            SELECT FROM draft.area AS d WHERE d.changeset_id = change_set AND d.code = v.code AND d.level = 'grid')
          AND EXISTS (SELECT FROM core.post AS p WHERE p.area_id = v.area_id)
    ), heir AS MATERIALIZED (
        SELECT DISTINCT ON (e.area_id) e.area_id, d.code
        FROM ended AS e
        CROSS JOIN LATERAL app.draft_leaf_near(change_set, e.geom) AS d
        WHERE d.is_changed AND d.kind = e.kind AND d.is_sound
        ORDER BY e.area_id, st_area(st_intersection(e.geom, d.geom)) DESC
    )
    SELECT change_set, d.code, 'staff', 'warning',
           format('%s has no %s', d.code, string_agg(r.name_en, ', ' ORDER BY r.rank)),
           'name somebody when it is live',
           format('%s 缺%s', d.code, string_agg(r.name_zh, '、' ORDER BY r.rank)), '生效后指定人员', d.geom
    FROM draft.changeset AS c
    CROSS JOIN LATERAL app.draft_leaf(change_set) AS d
    CROSS JOIN core.post_role AS r
    WHERE c.changeset_id = change_set AND c.network = 'base' AND d.is_changed AND d.kind = 'base'
      AND r.staffs_grids
      AND EXISTS (SELECT FROM core.post)
      AND NOT EXISTS (
          SELECT FROM core.post AS p JOIN core.area AS a ON a.area_id = p.area_id
          WHERE a.network = c.network AND a.code = d.code AND p.role = r.role
            AND (p.valid_to > c.valid_from OR p.closed_by_changeset = c.undoes)
          OFFSET 0)  -- for the few changed grids, not for all posts
      AND NOT EXISTS (
          SELECT FROM ended AS e
          JOIN core.post AS p ON p.area_id = e.area_id AND p.role = r.role AND p.valid_to > c.valid_from
          LEFT JOIN heir AS h ON h.area_id = e.area_id
          WHERE CASE WHEN p.geom IS NULL THEN h.code = d.code ELSE st_intersects(d.geom, p.geom) END)
    GROUP BY d.code, d.geom;
END $$;
COMMENT ON FUNCTION app.check_staff(bigint) IS 'Warn of changed grids that will lack the posts of 1+1+1+N';
