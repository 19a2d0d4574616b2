CREATE FUNCTION app.refuse_role(actor_role text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.refuse('not_allowed', actor_role, coalesce(
        (SELECT r.name_zh FROM core.account_role AS r WHERE r.role = actor_role), actor_role));
END $$;
COMMENT ON FUNCTION app.refuse_role(text) IS 'Refuse an action that this role may not do (not_allowed)';
