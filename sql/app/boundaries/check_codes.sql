CREATE FUNCTION app.check_codes(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The faults of the codes of a draft: missing, malformed, twice, of another area, below the wrong parent.
DECLARE
    c draft.changeset;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'code', 'error',
           CASE WHEN d.code IS NULL THEN 'an area has no code' ELSE count(*) || ' areas have this code' END,
           'give every area a code of its own',
           CASE WHEN d.code IS NULL THEN '有区域没有编码' ELSE '这个编码出现了 ' || count(*) || ' 次' END,
           '给每个区域一个自己的编码', st_collect(st_pointonsurface(d.geom)) FILTER (WHERE d.is_sound)
    FROM draft.area AS d
    WHERE d.changeset_id = change_set AND (d.code IS NULL OR d.code IN (
        SELECT o.code FROM draft.area AS o WHERE o.changeset_id = change_set GROUP BY o.code HAVING count(*) > 1))
    GROUP BY d.code
    HAVING d.code IS NULL OR count(*) > 1;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'code_malformed', 'error', f.fault, 'write it as the network''s scheme says',
           app.code_fault(c.network, d.code, true), '按本网的编码规则填写', d.geom
    FROM app.draft_leaf(change_set) AS d
    CROSS JOIN LATERAL (SELECT app.code_fault(c.network, d.code) AS fault) AS f
    WHERE d.is_changed AND f.fault IS NOT NULL;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'code_parent', 'error',
           format('by its code the area belongs below %s, which is %s', p.parent,
                  CASE WHEN a.area_id IS NULL THEN 'no area' ELSE 'outside this change set' END),
           'take a code below the area that it lies in',
           format('按编码它属于 %s，而%s', p.parent,
                  CASE WHEN a.area_id IS NULL THEN '没有这个区域' ELSE '该区域不在本变更集内' END),
           '取所在区域之下的编码', d.geom
    FROM app.draft_leaf(change_set) AS d
    CROSS JOIN LATERAL (SELECT app.parent_code(c.network, d.code) AS parent OFFSET 0) AS p
    LEFT JOIN core.area AS a ON a.network = c.network AND a.code = p.parent
    WHERE d.is_changed AND p.parent IS NOT NULL
      AND NOT EXISTS (SELECT FROM draft.area AS u WHERE u.changeset_id = change_set AND u.code = p.parent)
      AND NOT EXISTS (
          SELECT FROM core.area_version AS v
          WHERE v.area_id = a.area_id AND v.recorded_to = 'infinity' AND v.path && c.areas);

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'code_reused', 'error',
           CASE WHEN a.level <> d.level OR a.kind <> d.kind
                THEN format('the code already names a %s area of level %s', a.kind, a.level)
                WHEN last.valid_to < 'infinity'
                THEN format('the code named another area, which ended on %s', last.valid_to::date)
                ELSE 'the code is another area''s' END,
           'take the next free code',
           CASE WHEN a.level <> d.level OR a.kind <> d.kind THEN format('这个编码已属于另一区域（层级 %s，类别 %s）', n.name_zh, k.name_zh)
                WHEN last.valid_to < 'infinity' THEN format('这个编码属于另一区域，该区域已于 %s 终止', last.valid_to::date)
                ELSE '这个编码属于另一区域' END,
           '取下一个空号', d.geom
    FROM draft.area AS d
    JOIN core.area AS a ON a.network = c.network AND a.code = d.code
    JOIN core.level AS n ON n.level = a.level
    JOIN core.area_kind AS k ON k.kind = a.kind
    LEFT JOIN LATERAL (
        SELECT v.valid_to, v.geom FROM core.area_version AS v
        WHERE v.area_id = a.area_id AND v.recorded_to = 'infinity'
        ORDER BY v.valid_to DESC LIMIT 1) AS last ON true
    LEFT JOIN core.area_version AS b ON b.area_version_id = d.base_version_id
    WHERE d.changeset_id = change_set AND (d.is_changed OR d.level <> 'grid')
      AND (a.level <> d.level OR a.kind <> d.kind OR (
          d.level = 'grid' AND d.is_changed AND d.code IS DISTINCT FROM b.code
          AND d.geom IS NOT NULL AND d.is_sound
          -- an ended area may come back with most of its ground; a live one must keep some of it
          AND st_area(st_intersection(last.geom, d.geom))
              <= CASE WHEN last.valid_to < 'infinity' THEN 0.5 * st_area(last.geom) ELSE 0 END));
END $$;
COMMENT ON FUNCTION app.check_codes(bigint) IS 'Write the faults of a draft''s codes into draft.problem';
