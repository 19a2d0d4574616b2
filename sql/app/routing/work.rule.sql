COMMENT ON TABLE work.rule IS
'Category, area, kind and time of a report -> assignee, priority, hours; the most specific rule that applies wins';
COMMENT ON COLUMN work.rule.specificity IS
'Compared from the left: depth of the category, level of the area, kind, days, weekdays left out, seconds left out';
COMMENT ON COLUMN work.rule.seconds IS 'The seconds of the day in which the rule applies; null: all day';
CREATE TRIGGER measure_rule BEFORE INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION app.measure_rule();
CREATE TRIGGER refuse_tied_rule AFTER INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION app.refuse_tied_rule();
GRANT SELECT ON work.rule TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.rule
FOR EACH ROW EXECUTE FUNCTION app.note_change(
    'rule', 'rule', 'category', 'area_id', 'kind', 'days', 'weekdays', 'starts', 'ends', 'shift', 'role',
    'department', 'priority', 'due_hours', 'due_unit'
);
