CREATE FUNCTION app.guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r core.account_role;
BEGIN
    SELECT * INTO STRICT r FROM core.account_role AS x WHERE x.role = NEW.role;
    IF r.works_in = 'area' AND NEW.area_id IS NULL THEN
        PERFORM app.refuse('account_without_area', NEW.role, r.name_zh);
    ELSIF r.works_in = 'department' AND coalesce(NEW.department, '') = '' THEN
        PERFORM app.refuse('account_without_department');
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.guard_account() IS 'Guard: an account names the area or the department that its role works in';
