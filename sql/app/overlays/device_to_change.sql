CREATE FUNCTION app.device_to_change(actor text, code text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_id bigint;
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    SELECT d.device_id INTO found_id FROM overlay.device AS d WHERE d.code = device_to_change.code;
    IF found_id IS NULL THEN
        PERFORM app.refuse('device_unknown', left(device_to_change.code, 64));
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION app.device_to_change(text, text) IS
'The device of this code, for who may keep tokens; not locked, so that alarms come in meanwhile';
GRANT EXECUTE ON FUNCTION app.device_to_change(text, text) TO gisgrid_service;
