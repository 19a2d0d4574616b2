CREATE FUNCTION app.require_target_keeper(actor text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
END $$;
COMMENT ON FUNCTION app.require_target_keeper(text) IS
'Refuses an actor who may not keep the targets of notices, before his order is looked at';
GRANT EXECUTE ON FUNCTION app.require_target_keeper(text) TO gisgrid_service;
