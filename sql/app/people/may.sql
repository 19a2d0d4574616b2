CREATE FUNCTION app.may(account_role text, wanted text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT count(*) > 0 FROM core.permission AS p WHERE p.role = account_role AND p.action = wanted;
END;
COMMENT ON FUNCTION app.may(text, text) IS
'Does core.permission let this role do this action? Area and department are a question of scope, which is separate';
GRANT EXECUTE ON FUNCTION app.may(text, text) TO gisgrid_service, gisgrid_viewer;
