CREATE FUNCTION app.refuse_tied_rule() RETURNS trigger LANGUAGE plpgsql AS $$
-- Equal specificity means the same category and the same area (or no area), so only kind and time are compared.
DECLARE
    tied text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('gisgrid rules', 7147));
    SELECT o.rule INTO tied
    FROM work.rule AS n JOIN work.rule AS o ON o.rule <> n.rule AND o.specificity = n.specificity
    WHERE n.rule = NEW.rule
      AND o.category_key = n.category_key AND o.area_key = n.area_key AND o.kind IS NOT DISTINCT FROM n.kind
      AND (n.day_kinds IS NULL OR n.day_kinds && o.day_kinds)
      AND coalesce(n.weekdays && o.weekdays, true)
      AND coalesce(n.seconds && o.seconds, true)
    ORDER BY o.rule LIMIT 1;
    IF tied IS NOT NULL THEN
        PERFORM app.refuse('rules_tied', least(NEW.rule, tied), greatest(NEW.rule, tied));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.refuse_tied_rule() IS 'Guard: two rules that can both apply are never equally specific';
