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
