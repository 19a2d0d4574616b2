CREATE FUNCTION app.is_at_home() RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT d.home IS NULL OR d.home = app.here() FROM core.deployment AS d;
END;
COMMENT ON FUNCTION app.is_at_home() IS
'Is this the database itself, and not a copy? A copy sends no notice, erases nothing and takes no photo';
GRANT EXECUTE ON FUNCTION app.is_at_home() TO gisgrid_service;
