CREATE FUNCTION app.measure_rule() RETURNS trigger LANGUAGE plpgsql AS $$
-- Fills the derived columns of a rule, and refuses a rule that can never apply.
DECLARE
    covered integer := 86400;
BEGIN
    IF NEW.area_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.area_id = NEW.area_id AND v.recorded_to = 'infinity' AND v.valid_to > now()) THEN
        PERFORM app.refuse('rule_area_ended', NEW.rule, (SELECT a.code FROM core.area AS a WHERE a.area_id = NEW.area_id));
    END IF;
    IF NEW.department IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.post AS p WHERE p.department = NEW.department AND p.valid_to > now()
        UNION ALL
        SELECT FROM core.account AS c WHERE c.department = NEW.department AND c.disabled_at IS NULL) THEN
        PERFORM app.refuse('rule_department_empty', NEW.rule, NEW.department);
    END IF;
    IF NEW.person_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.post AS p WHERE p.person_id = NEW.person_id AND p.valid_to > now()) THEN
        PERFORM app.refuse('rule_person_without_post', NEW.rule, NEW.person_id::text);
    END IF;
    NEW.day_kinds := CASE NEW.days WHEN 'rest' THEN '{weekend,holiday}'::text[] ELSE ARRAY[NEW.days] END;
    IF NEW.days IS NULL THEN
        NEW.day_kinds := NULL;
    END IF;
    NEW.seconds := CASE
        WHEN NEW.starts IS NOT NULL THEN app.day_seconds(NEW.starts, NEW.ends)
        WHEN NEW.shift IS NOT NULL THEN (
            SELECT app.day_seconds(s.starts, s.ends) FROM core.shift AS s WHERE s.shift = NEW.shift)
    END;
    IF NEW.seconds IS NOT NULL THEN
        covered := (SELECT sum(upper(r) - lower(r)) FROM unnest(NEW.seconds) AS r);
    END IF;
    NEW.specificity := ARRAY[
        coalesce((SELECT cardinality(c.path) - 1 FROM work.category AS c WHERE c.category = NEW.category), 0),
        coalesce((
            SELECT l.rank FROM core.area AS a JOIN core.level AS l USING (level) WHERE a.area_id = NEW.area_id), 0),
        (NEW.kind IS NOT NULL)::integer,
        CASE WHEN NEW.days IN ('weekend', 'holiday') THEN 2 WHEN NEW.days IS NOT NULL THEN 1 ELSE 0 END,
        7 - (SELECT count(DISTINCT d) FROM unnest(coalesce(NEW.weekdays, '{1,2,3,4,5,6,7}')) AS d)::integer,
        86400 - covered];
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.measure_rule() IS
'Fills the derived columns of a rule; refuses an ended area, a department without people, a person without a post';
