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
'Why does a rule not apply here? Null: the rule applies. No other function decides this';
