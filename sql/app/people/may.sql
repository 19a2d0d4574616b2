CREATE FUNCTION app.may(role text, action text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM core.permission AS p WHERE p.role = may.role AND p.action = may.action);
END;
COMMENT ON FUNCTION app.may(text, text) IS
'May an account of this role do this at all? Where and with what is a question of scope, which is asked apart';
GRANT EXECUTE ON FUNCTION app.may(text, text) TO gisgrid_service, gisgrid_viewer;
