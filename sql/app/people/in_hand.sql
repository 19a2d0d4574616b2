CREATE FUNCTION app.in_hand(path bigint [], department text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(in_hand.path && app.private_scope() OR in_hand.department = app.scope_department(), false);
END;
COMMENT ON FUNCTION app.in_hand(bigint [], text) IS
'Does a ticket of this path and department lie where the caller may act? A department that was called in reads it only';
GRANT EXECUTE ON FUNCTION app.in_hand(bigint [], text) TO gisgrid_service;
