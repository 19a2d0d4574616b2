CREATE FUNCTION app.route(
    category text,
    area_path bigint [],
    kind text DEFAULT NULL,
    at timestamptz DEFAULT NULL,
    explain boolean DEFAULT false
)
RETURNS TABLE (
    rule text, assigned_by text, post_id bigint, role text, area_id bigint, code text, department text,
    priority smallint, due_hours integer, due_unit text, others jsonb
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
-- Which post or department takes a report of this category, on this path of areas, in this kind of grid, at this time?
-- If no rule applies, or nobody is at the target of the rule: the post on duty.
DECLARE
    moment timestamptz := coalesce(route.at, clock_timestamp());
    local timestamp := moment AT TIME ZONE (SELECT d.zone FROM core.deployment AS d);
    areas bigint[] := 0::bigint || route.area_path;
    about work.category;
    day_kind text;
    won work.rule;
BEGIN
    SELECT c.* INTO about FROM work.category AS c WHERE c.category = route.category;
    about.path := coalesce(about.path, '{""}');
    day_kind := app.day_kind(local::date);
    SELECT r.* INTO won FROM work.rule AS r
    WHERE r.category_key = ANY(about.path) AND r.area_key = ANY(areas)
      AND app.rule_misses(r, about.path, areas, route.kind, day_kind, extract(ISODOW FROM local)::integer,
                          floor(extract(EPOCH FROM local::time))::integer) IS NULL
    ORDER BY r.specificity DESC, r.rule LIMIT 1;
    assigned_by := 'rule';
    IF won.rule IS NOT NULL THEN
        SELECT d.* INTO post_id, role, area_id, code, department
        FROM app.on_duty(route.area_path, moment, won.role, won.department, won.person_id) AS d;
        IF post_id IS NULL AND won.person_id IS NOT NULL THEN
            SELECT p.post_id, p.role, p.area_id, a.code, p.department INTO post_id, role, area_id, code, department
            FROM core.post AS p JOIN core.area AS a ON a.area_id = p.area_id
            WHERE p.person_id = won.person_id AND p.valid_from <= moment AND p.valid_to > moment
              AND app.on_shift(p.post_id, local)
            ORDER BY p.post_id LIMIT 1;
        END IF;
        department := coalesce(won.department, department);
    END IF;
    IF post_id IS NULL AND department IS NULL THEN
        SELECT d.* INTO post_id, role, area_id, code, department FROM app.on_duty(route.area_path, moment) AS d;
        assigned_by := CASE WHEN post_id IS NULL THEN 'nobody on duty' ELSE 'post on duty' END;
    END IF;
    rule := coalesce(won.rule, assigned_by);
    priority := coalesce(won.priority, 3);
    due_hours := coalesce(won.due_hours, about.due_hours);
    due_unit := CASE WHEN won.due_hours IS NULL THEN coalesce(about.due_unit, 'calendar') ELSE won.due_unit END;
    IF route.explain THEN
        others := app.why_not(won, about.path, areas, route.kind, local, day_kind);
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.route(text, bigint [], text, timestamptz, boolean) IS
'Which rule fires, who is assigned, with which priority and hours? Intake, re-routing and the explanation all call it; '
'others: every other rule and why it did not fire, only with explain';
GRANT EXECUTE ON FUNCTION app.route(text, bigint [], text, timestamptz, boolean) TO gisgrid_service;
