CREATE FUNCTION app.rules_kept(actor text)
RETURNS TABLE (
    rule text, category text, network text, area text, area_name text, kind text, days text, weekdays smallint [],
    starts text, ends text, shift text, role text, department text, person bigint, person_name text, priority smallint,
    due_hours integer, due_unit text, note text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    RETURN QUERY
    SELECT r.rule, r.category, a.network, a.code, v.name, r.kind, r.days, r.weekdays,
           left(r.starts::text, 5), left(r.ends::text, 5), r.shift, r.role, r.department, r.person_id, h.name, r.priority,
           r.due_hours, r.due_unit, r.note
    FROM work.rule AS r
    LEFT JOIN core.area AS a ON a.area_id = r.area_id
    LEFT JOIN LATERAL app.last_version(r.area_id) AS v ON true
    LEFT JOIN core.person AS h ON h.person_id = r.person_id
    ORDER BY r.specificity DESC, r.rule COLLATE "C";
END $$;
COMMENT ON FUNCTION app.rules_kept(text) IS 'The routing rules, the most specific first, which wins where several apply';
GRANT EXECUTE ON FUNCTION app.rules_kept(text) TO gisgrid_service;
