CREATE FUNCTION app.save_rule(actor text, rule jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- `rule`: the columns of work.rule, and `network` and `area` for its area. A rule of this name is changed.
DECLARE
    r work.rule := jsonb_populate_record(NULL::work.rule, save_rule.rule - '{area_id,specificity,seconds,day_kinds}'::text[]);
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    IF rule ->> 'area' IS NOT NULL THEN
        SELECT a.area_id INTO r.area_id FROM core.area AS a
        WHERE a.network = rule ->> 'network' AND a.code = rule ->> 'area';
        IF r.area_id IS NULL THEN
            PERFORM app.refuse('post_area_unknown', left(rule ->> 'area', 64));
        END IF;
    END IF;
    IF r.category IS NOT NULL AND NOT EXISTS (SELECT FROM work.category AS c WHERE c.category = r.category) THEN
        PERFORM app.refuse('no_such_category');
    ELSIF r.role IS NOT NULL AND NOT EXISTS (SELECT FROM core.post_role AS x WHERE x.role = r.role) THEN
        PERFORM app.refuse('post_role_unknown', left(r.role, 64));
    ELSIF r.shift IS NOT NULL AND NOT EXISTS (SELECT FROM core.shift AS x WHERE x.shift = r.shift) THEN
        PERFORM app.refuse('rule_shift_unknown', left(r.shift, 64));
    ELSIF num_nonnulls(r.role, r.department, r.person_id) <> 1 THEN
        PERFORM app.refuse('rule_names_one');
    ELSIF (r.starts IS NULL) <> (r.ends IS NULL) OR r.starts = r.ends OR r.starts IS NOT NULL AND r.shift IS NOT NULL THEN
        PERFORM app.refuse('rule_hours');
    ELSIF (r.due_hours IS NULL) <> (r.due_unit IS NULL) THEN
        PERFORM app.refuse('rule_due');
    END IF;
    INSERT INTO work.rule AS o (rule, category, area_id, kind, days, weekdays, starts, ends, shift, role, department,
                                person_id, priority, due_hours, due_unit, note)
    VALUES (r.rule, r.category, r.area_id, r.kind, r.days, r.weekdays, r.starts, r.ends, r.shift, r.role, r.department,
            r.person_id, r.priority, r.due_hours, r.due_unit, r.note)
    ON CONFLICT ON CONSTRAINT rule_pkey DO UPDATE SET
        category = excluded.category, area_id = excluded.area_id, kind = excluded.kind, days = excluded.days,
        weekdays = excluded.weekdays, starts = excluded.starts, ends = excluded.ends, shift = excluded.shift,
        role = excluded.role, department = excluded.department, person_id = excluded.person_id,
        priority = excluded.priority, due_hours = excluded.due_hours, due_unit = excluded.due_unit, note = excluded.note;
END $$;
COMMENT ON FUNCTION app.save_rule(text, jsonb) IS 'Add a routing rule, or change the one of this name';
GRANT EXECUTE ON FUNCTION app.save_rule(text, jsonb) TO gisgrid_service;
