-- Long because it makes all checks of a draft, in the order in which their problems are listed.
CREATE FUNCTION app.check_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Write the faults of a draft into draft.problem. Returns the number of errors; an error forbids publishing.
DECLARE
    c draft.changeset;
    instant timestamptz;
    may_grow boolean;
    is_earlier boolean;  -- does any version begin later? Mostly none does, and then no later date is checked
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    is_earlier := EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.network = c.network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from);
    may_grow := CASE WHEN c.status = 'open' THEN app.may_approve(c.path, c.areas, c.network) ELSE c.is_approved END;
    DELETE FROM draft.problem WHERE changeset_id = change_set;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, g.code, 'conflict', 'error',
           format('%s was %s by somebody else since this draft was opened%s', g.code,
                  CASE WHEN g.is_ended THEN 'ended' ELSE 'redrawn' END,
                  CASE WHEN g.is_deleted THEN ', and is deleted here' ELSE '' END),
           'take mine, theirs or both: in the form of the problem, or of the change set with its status open again,'
           ' or by gisgrid changeset resolve',
           format('草稿建立后，%s 已被他人%s%s', g.code, CASE WHEN g.is_ended THEN '终止' ELSE '改画' END,
                  CASE WHEN g.is_deleted THEN '，而本草稿删除了它' ELSE '' END),
           '选择用我的、用对方的或两者都画：在问题的表单中，或在变更集的表单中（状态改回“进行中”），'
           '或用 gisgrid changeset resolve', g.geom
    FROM app.gone_base(change_set) AS g
    WHERE g.is_conflict;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'ring', 'error',
           CASE WHEN d.geom IS NULL OR st_isempty(d.geom) THEN 'the area has no shape'
                ELSE 'the shape is invalid: ' || st_isvalidreason(d.geom) END,
           'redraw the ring at that place',
           CASE WHEN d.geom IS NULL OR st_isempty(d.geom) THEN '区域没有图形'
                ELSE '图形无效：' || app.name_invalid(st_isvalidreason(d.geom)) END,
           '在该处重画边界', (st_isvaliddetail(d.geom)).location
    FROM draft.area AS d
    WHERE d.changeset_id = change_set AND d.is_redrawn  -- live leaves were checked when they were published
      AND ((d.level = 'grid' AND (d.geom IS NULL OR st_isempty(d.geom))) OR NOT d.is_sound);

    PERFORM app.check_codes(change_set);
    PERFORM app.check_names(change_set);

    INSERT INTO draft.problem (changeset_id, code, other_code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, o.code, o.other_code, 'overlap', 'error',
           format('%s and %s overlap in %s m²%s', o.code, o.other_code,
                  app.said_m2(st_area(x.geom::geography)), ' from ' || app.name_instant(o.since) || ' on'),
           'give the ground to one of them',
           format('%s 与 %s 重叠 %s 平方米%s', o.code, o.other_code,
                  app.said_m2(st_area(x.geom::geography)), '，自 ' || app.name_instant(o.since) || ' 起'),
           '把这块地面归其中一个', x.geom
    FROM app.overlapping_pair(change_set, is_earlier) AS o
    CROSS JOIN LATERAL (
        -- An overlap narrower than coordinates can say leaves only lines or points; they still show where it is.
        SELECT CASE WHEN st_dimension(i.geom) = 2 THEN st_collectionextract(i.geom, 3) ELSE i.geom END AS geom
        FROM (SELECT st_intersection(o.geom, o.other_geom) AS geom) AS i) AS x;

    IF EXISTS (SELECT FROM core.area AS a WHERE a.network = c.network) AND c.ground <> 'any' THEN
        FOR instant IN SELECT c.valid_from UNION ALL SELECT i FROM app.later_instant(change_set) AS i WHERE is_earlier LOOP
            INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
            SELECT change_set, g.code, g.kind, 'error',
                   format(CASE g.kind WHEN 'ground_lost' THEN '%s m² of %s would be in no area%s'
                                      ELSE '%s m² that no area held would come to %s%s' END,
                          app.said_m2(st_area(g.geom::geography)), g.code,
                          ' from ' || app.name_instant(nullif(instant, c.valid_from)) || ' on'),
                   'cover the same ground as before, or let the change set''s ground policy allow it',
                   format(CASE g.kind WHEN 'ground_lost' THEN '%2$s 有 %1$s 平方米将不属于任何区域%3$s'
                                      ELSE '%1$s 平方米原来不属于任何区域，将划入 %2$s%3$s' END,
                          app.said_m2(st_area(g.geom::geography)), g.code,
                          '，自 ' || app.name_instant(nullif(instant, c.valid_from)) || ' 起'),
                   '与原来覆盖同样的地面，或修改变更集的“覆盖范围”', g.geom
            FROM app.ground_change(change_set, instant) AS g
            WHERE g.kind = 'ground_lost' OR (c.ground = 'keep' AND may_grow);  -- else app.check_outside reports it
            EXIT WHEN FOUND;  -- the same ground is mostly missing at the later dates too
        END LOOP;
    END IF;

    PERFORM app.check_outside(change_set);

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'later', 'warning',
           format('%s was changed on %s already; that is replaced', d.code, app.name_instant(min(v.valid_from))),
           'leave it, or change it from that day on',
           format('%s 在 %s 已改过，那次修改将被取代', d.code, app.name_instant(min(v.valid_from))),
           '确认无误即可，否则把生效时间改为那一天', d.geom
    FROM app.draft_leaf(change_set) AS d
    JOIN core.area_version AS v ON v.network = c.network AND v.code = d.code AND v.level = 'grid'
        AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from
    WHERE is_earlier AND d.is_changed
    GROUP BY d.code, d.geom;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'sliver', 'error',
           format('a part of %s is only %s m wide', d.code, to_char(w.width_m, 'FM990.00')),
           'give it to the neighbour',
           format('%s 有一处只有 %s 米宽', d.code, to_char(w.width_m, 'FM990.00')), '归相邻网格', p.geom
    FROM app.draft_leaf(change_set) AS d
    CROSS JOIN LATERAL st_dump(d.geom) AS p
    CROSS JOIN LATERAL (SELECT app.narrow_width_m(p.geom) AS width_m OFFSET 0) AS w
    WHERE d.is_redrawn AND d.is_sound AND w.width_m < app.sliver_width_m()
      -- only where no overlap was found: repairing an overlap mostly removes its slivers
      AND NOT EXISTS (SELECT FROM draft.problem AS o WHERE o.changeset_id = change_set AND o.kind = 'overlap'
                      AND d.code IN (o.code, o.other_code));

    PERFORM app.check_waiting(change_set);
    PERFORM app.check_pieces(change_set);
    PERFORM app.check_staff(change_set);

    RETURN (SELECT count(*) FROM draft.problem WHERE changeset_id = change_set AND severity = 'error');
END $$;
COMMENT ON FUNCTION app.check_changeset(bigint) IS
'Write the faults of a draft into draft.problem; returns the number of errors';
