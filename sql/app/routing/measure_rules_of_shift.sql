CREATE FUNCTION app.measure_rules_of_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work.rule AS r SET shift = r.shift WHERE r.shift = NEW.shift;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.measure_rules_of_shift() IS 'Measures the rules of a shift again when its hours change';
