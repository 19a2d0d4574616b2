-- Long because it checks one rule in full: a change set changes the holder of no ground outside its area.
CREATE FUNCTION app.check_outside(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Finds what a change set with an area would change outside it, at its date or later: leaves there, the holder of
-- ground in a base leaf there, ground that no area holds. Only changed leaves are checked, with neighbours by box.
DECLARE
    c draft.changeset;
    may_grow boolean;
    is_earlier boolean;
    instant timestamptz;
    found_some boolean;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    IF c.areas = '{0}' THEN
        RETURN;
    END IF;
    may_grow := CASE WHEN c.status = 'open' THEN app.may_approve(c.path, c.areas, c.network) ELSE c.is_approved END;
    is_earlier := EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.network = c.network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from);

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, o.code, 'code_reused', 'error', 'the code is of a grid outside this change set''s area',
           'take the next free code; leave that grid as it is', '这个编码属于本变更集区域以外的网格', '取下一个空号，不要改动那个网格', o.geom
    FROM (
        -- Later versions outside count too, because ending or redrawing an area applies from the date on without end.
        SELECT DISTINCT ON (v.code) v.code, v.geom
        FROM core.area_version AS v
        WHERE v.network = c.network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_to > c.valid_from
          AND NOT v.path && c.areas AND (
              v.code IN (SELECT d.code FROM app.draft_leaf(change_set) AS d WHERE d.is_changed)
              OR v.area_id IN (
                  SELECT s.area_id FROM draft.base AS b JOIN core.area_version AS s USING (area_version_id)
                  WHERE b.changeset_id = change_set
                    AND s.code NOT IN (SELECT d.code FROM app.draft_leaf(change_set) AS d WHERE d.code IS NOT NULL)))
        ORDER BY v.code, v.valid_from) AS o
    WHERE NOT EXISTS (
        SELECT FROM draft.problem AS p WHERE p.changeset_id = change_set AND p.code = o.code AND p.kind = 'code_reused');

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'code_parent', 'error',
           format('it stands below %s, which is outside this change set', coalesce(d.parent_code, 'no area')),
           'name an area of this change set above it',
           format('它属于%s，不在本变更集内', coalesce(' ' || d.parent_code, '任何区域之外')), '上级填写本变更集内的区域', d.geom
    FROM app.draft_leaf(change_set) AS d
    LEFT JOIN app.draft_upper(change_set) AS u ON u.code = d.parent_code
    LEFT JOIN core.area AS a ON a.network = c.network AND a.code = d.code
    WHERE d.code IS NOT NULL AND NOT (coalesce(u.path, '{0}') || coalesce(a.area_id, -1)) && c.areas
      AND NOT EXISTS (
          SELECT FROM draft.problem AS p
          WHERE p.changeset_id = change_set AND p.code = d.code AND p.kind = 'code_parent');

    INSERT INTO draft.problem (changeset_id, code, other_code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, f.code, CASE d.kind WHEN 'base' THEN 'overlap' ELSE 'special_outside' END, 'error',
           format('it would take %s m² of %s, which is outside this change set''s area%s', m.m2, f.code, m.since),
           'draw on the ground of the change set''s area, or ask somebody who has both',
           format('将占用 %2$s 的 %1$s 平方米，而 %2$s 不在本变更集的区域内%3$s', m.m2, f.code, m.since_zh),
           '只画在本变更集区域的地面上，或请管辖两处的人办理', m.geom
    FROM app.draft_leaf(change_set) AS d
    CROSS JOIN app.foreign_ground(change_set, d.geom, c.valid_from, 'infinity') AS f
    CROSS JOIN LATERAL (
        SELECT i.geom, app.said_m2(st_area(i.geom::geography)) AS m2,
               ' from ' || app.name_instant(nullif(f.valid_from, c.valid_from)) || ' on' AS since,
               '，自 ' || app.name_instant(nullif(f.valid_from, c.valid_from)) || ' 起' AS since_zh
        FROM (SELECT st_intersection(d.geom, f.geom) AS geom) AS i OFFSET 0) AS m
    WHERE d.is_redrawn AND d.is_sound
      AND NOT EXISTS (  -- the leaf holds that ground already, at all times: only its name is new
          SELECT FROM core.area_version AS v
          WHERE v.network = c.network AND v.code = d.code AND v.recorded_to = 'infinity' AND v.path && c.areas
            AND v.geom = d.geom AND v.valid_from <= f.valid_from AND v.valid_to >= f.valid_to)
      AND NOT EXISTS (
          SELECT FROM draft.problem AS p WHERE p.changeset_id = change_set AND p.kind = 'overlap'
             AND (p.code, p.other_code) = (least(d.code, f.code), greatest(d.code, f.code)))
      AND app.reaches_into(d.geom, f.geom);

    -- A special leaf that lies on ground outside already keeps that ground. A base leaf may give up ground that was
    -- never the area's.
    INSERT INTO draft.problem (changeset_id, code, other_code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT DISTINCT ON (v.code, f.code) change_set, v.code, f.code, 'special_outside', 'error',
           format('it stands on ground of %s, which is outside this change set''s area, and stays as it is', f.code),
           'leave its code and shape, or ask somebody who has both areas',
           format('它位于 %s 的地面上，而 %s 不在本变更集的区域内，不能改动', f.code, f.code),
           '保留其编码和图形，或请管辖两处的人办理', st_intersection(v.geom, f.geom)
    FROM core.area_version AS v
    LEFT JOIN app.draft_leaf(change_set) AS d ON d.code = v.code
    CROSS JOIN LATERAL app.foreign_ground(
        change_set, v.geom, greatest(c.valid_from, v.valid_from), v.valid_to) AS f
    WHERE NOT may_grow AND v.network = c.network AND v.level = 'grid' AND v.kind = 'special'
      AND v.recorded_to = 'infinity' AND v.valid_to > c.valid_from
      AND v.path && c.areas AND NOT app.kept_leaf(change_set, v) AND (v.geom = d.geom) IS NOT TRUE
      AND NOT EXISTS (
          SELECT FROM draft.problem AS p
          WHERE p.changeset_id = change_set AND p.code = v.code AND p.kind = 'special_outside')
      AND app.reaches_into(v.geom, f.geom);

    FOR instant IN SELECT c.valid_from UNION ALL SELECT i FROM app.later_instant(change_set) AS i WHERE is_earlier LOOP
        INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
        SELECT change_set, b.code, 'special_outside', 'error',
               format('%s m² of it would lie on no base grid of this change set''s area%s', b.m2, b.since),
               'draw it on base grids of the change set''s area',
               format('有 %s 平方米不在本变更集区域的基础网格上%s', b.m2, b.since_zh), '只画在本变更集区域的基础网格上', b.geom
        FROM app.beyond_own(change_set, instant, 'special') AS b
        WHERE NOT EXISTS (
            SELECT FROM draft.problem AS p
            WHERE p.changeset_id = change_set AND p.code = b.code AND p.kind = 'special_outside');
        found_some := FOUND;

        INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
        SELECT change_set, b.code, 'ground_gained', 'error',
               format('%s m² that no area held would come to %s%s', b.m2, b.code, b.since),
               'cover the same ground as before, or ask somebody above this area to publish it, with a ground policy that '
               'allows it',
               format('%s 平方米原来不属于任何区域，将划入 %s%s', b.m2, b.code, b.since_zh),
               '与原来覆盖同样的地面，或请上级发布，并把“覆盖范围”改为允许', b.geom
        FROM app.beyond_own(change_set, instant, 'base') AS b
        WHERE NOT may_grow;
        EXIT WHEN found_some OR FOUND;  -- the fault is mostly the same at the later dates
    END LOOP;
END $$;
COMMENT ON FUNCTION app.check_outside(bigint) IS
'Write into draft.problem the changes that a change set would make outside its area';
