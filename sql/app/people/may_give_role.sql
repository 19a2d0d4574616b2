CREATE FUNCTION app.may_give_role(actor_role text, given text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Nobody gives what he has not: a role with further actions, a database login, or work beyond an area.
SELECT EXISTS (SELECT FROM core.permission AS p WHERE p.role = actor_role AND p.action = 'give_any_role') OR EXISTS (
    SELECT FROM core.account_role AS r
    WHERE r.role = given AND r.works_in = 'area' AND r.login_under IS NULL AND NOT EXISTS (
        SELECT p.action FROM core.permission AS p
        WHERE p.role = given
        EXCEPT
        SELECT p.action FROM core.permission AS p
        WHERE p.role = actor_role
    )
);
END;
COMMENT ON FUNCTION app.may_give_role(text, text) IS
'May an account of the first role manage accounts of the second one?';
