CREATE FUNCTION app.switch_device(actor text, code text, is_on boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_id bigint := app.device_to_change(actor, code);
BEGIN
    UPDATE overlay.device AS d SET disabled_at = CASE WHEN NOT is_on THEN coalesce(d.disabled_at, clock_timestamp()) END
    WHERE d.device_id = found_id;
    PERFORM app.note('device_token', switch_device.code, jsonb_build_object('did', CASE WHEN is_on THEN 'enable' ELSE 'disable' END), actor);
END $$;
COMMENT ON FUNCTION app.switch_device(text, text, boolean) IS
'Let a device raise alarms again, or refuse its token from now on';
GRANT EXECUTE ON FUNCTION app.switch_device(text, text, boolean) TO gisgrid_service;
