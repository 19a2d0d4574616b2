CREATE FUNCTION app.note_sign_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named text := (SELECT c.name FROM core.account AS c WHERE c.account_id = NEW.account_id);
BEGIN
    PERFORM app.note('sign_in', named, '{}', named);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.note_sign_in() IS 'Note a sign-in for the audit trail';
