CREATE TRIGGER guard_account BEFORE INSERT OR UPDATE OF role, area_id, department ON core.account
FOR EACH ROW EXECUTE FUNCTION app.guard_account();
GRANT SELECT ON core.account TO gisgrid_service;
