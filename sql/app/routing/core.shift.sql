COMMENT ON TABLE core.shift IS 'A named time of day; a shift that ends before it starts goes past midnight';
CREATE TRIGGER measure_rules_of_shift AFTER UPDATE OF starts, ends ON core.shift
FOR EACH ROW EXECUTE FUNCTION app.measure_rules_of_shift();
GRANT SELECT ON core.shift TO gisgrid_service, gisgrid_viewer;
