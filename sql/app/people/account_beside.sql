CREATE FUNCTION app.account_beside(actor core.account, other core.account) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT coalesce(other.area_id = actor.area_id, false) AND other.name <> actor.name
    AND app.may(other.role, 'manage_accounts') AND NOT app.may(actor.role, 'give_any_role');
END;
COMMENT ON FUNCTION app.account_beside(core.account, core.account) IS
'Does the second account manage the same area as the first one, as its equal? Equals do not manage each other';
