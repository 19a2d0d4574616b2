CREATE FUNCTION app.remove_rule(actor text, rule text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    DELETE FROM work.rule AS r WHERE r.rule = remove_rule.rule;
    IF NOT FOUND THEN
        PERFORM app.refuse('rule_unknown', left(remove_rule.rule, 80));
    END IF;
END $$;
COMMENT ON FUNCTION app.remove_rule(text, text) IS 'Remove a routing rule; reports go by the rules that are left';
GRANT EXECUTE ON FUNCTION app.remove_rule(text, text) TO gisgrid_service;
