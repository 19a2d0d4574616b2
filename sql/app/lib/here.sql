CREATE FUNCTION app.here() RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT c.system_identifier || '/' || d.oid
FROM pg_control_system() AS c CROSS JOIN pg_database AS d WHERE d.datname = current_database();
END;
COMMENT ON FUNCTION app.here() IS
'Which database of which server is this? A dump that is restored, or a database that is cloned, is another one';
GRANT EXECUTE ON FUNCTION app.here() TO gisgrid_service;
