-- Long because it is one question: which rules apply, which wins, who that is, and why not the others.
CREATE FUNCTION app.day_kind(day date) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT CASE WHEN d.is_working THEN 'working' WHEN d.name IS NOT NULL THEN 'holiday' ELSE 'weekend' END
         FROM core.calendar_day AS d WHERE d.date = day),
        CASE WHEN extract(ISODOW FROM day) < 6 THEN 'working' ELSE 'weekend' END);
END $$;
COMMENT ON FUNCTION app.day_kind(date) IS 'Is this a working day, a weekend or a public holiday?';

CREATE FUNCTION app.rule_misses(
    r work.rule, category_path text [], area_path bigint [], kind text, day_kind text, weekday integer, second integer
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN NOT (r).category_key = ANY(rule_misses.category_path) THEN 'category'
    WHEN NOT (r).area_key = ANY(rule_misses.area_path) THEN 'area'
    WHEN (r).kind <> coalesce(rule_misses.kind, '') THEN 'kind'
    WHEN NOT rule_misses.day_kind = ANY((r).day_kinds) THEN 'days'
    WHEN NOT rule_misses.weekday = ANY((r).weekdays) THEN 'weekdays'
    WHEN NOT (r).seconds @> rule_misses.second THEN 'hours'
END;
END;
COMMENT ON FUNCTION app.rule_misses(work.rule, text [], bigint [], text, text, integer, integer) IS
'In what does a rule not apply here? Null: it applies. The only definition of that';

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
-- Who takes what is about this category, on this path of areas, in this kind of grid, at this instant?
-- Without a rule that applies, or where nobody is whom the rule names: the post on duty.
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
'Which rule fires, who has it, how urgent, in how many hours? What intake, re-routing and the explanation ask; '
'others: every other rule and why it did not fire, only when asked';

CREATE FUNCTION app.why_not(
    won work.rule, category_path text [], area_path bigint [], kind text, moment timestamp, day_kind text
) RETURNS jsonb LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    weekday integer := extract(ISODOW FROM moment);
BEGIN
    RETURN coalesce((
        SELECT jsonb_agg(jsonb_build_object('rule', o.rule, 'why_not', CASE o.misses
            WHEN 'category' THEN format('category: it is for %s (%s) and what lies below', o.category, o.name_zh)
            WHEN 'area' THEN format('area: it is for %s%s', o.code, CASE WHEN NOT o.live THEN ', which has ended' END)
            WHEN 'kind' THEN format('kind: it is for %s grids, this is %s', o.kind, coalesce(why_not.kind, 'none'))
            WHEN 'days' THEN format('days: it is for %s days, %s is a %s day', o.days, moment::date, why_not.day_kind)
            WHEN 'weekdays' THEN format('weekdays: it is for %s (1 = Monday), %s is a %s',
                                        array_to_string(o.weekdays, ','), moment::date, weekday)
            WHEN 'hours' THEN format('hours: it is for %s-%s, this is %s', to_char(o.starts, 'HH24:MI'),
                                     to_char(o.ends, 'HH24:MI'), to_char(moment, 'HH24:MI'))
            ELSE format('it applies, and %s is more specific in %s', won.rule, (
                SELECT d.name
                FROM unnest('{category,area,kind,days,weekdays,hours}'::text[], won.specificity, o.specificity)
                    WITH ORDINALITY AS d (name, winners, own, n)
                WHERE d.winners <> d.own ORDER BY d.n LIMIT 1))
            END) ORDER BY o.specificity DESC, o.rule)
        FROM (
            SELECT r.rule, r.category, c.name_zh, a.code, r.kind, r.days, r.weekdays, r.specificity,
                   coalesce(r.starts, s.starts) AS starts, coalesce(r.ends, s.ends) AS ends,
                   r.area_id IS NULL OR EXISTS (
                       SELECT FROM core.area_version AS v WHERE v.area_id = r.area_id AND v.recorded_to = 'infinity'
                       AND v.valid_from <= clock_timestamp() AND v.valid_to > clock_timestamp()) AS live,
                   app.rule_misses(r, why_not.category_path, why_not.area_path, why_not.kind, why_not.day_kind, weekday,
                                   floor(extract(EPOCH FROM moment::time))::integer) AS misses
            FROM work.rule AS r
            LEFT JOIN work.category AS c ON c.category = r.category
            LEFT JOIN core.area AS a ON a.area_id = r.area_id
            LEFT JOIN core.shift AS s ON s.shift = r.shift
            WHERE r.rule IS DISTINCT FROM won.rule) AS o), '[]');
END $$;
COMMENT ON FUNCTION app.why_not(work.rule, text [], bigint [], text, timestamp, text) IS
'Why did each of the other rules not fire? [{rule, why_not}], the most specific first';
