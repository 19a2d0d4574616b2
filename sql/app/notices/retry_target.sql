CREATE FUNCTION app.retry_target(actor text, target text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    again_id bigint := app.target_to_change(actor, target);
    again bigint;
BEGIN
    UPDATE work.delivery AS d SET parked_at = NULL, since = clock_timestamp(), next_at = clock_timestamp()
    WHERE d.target_id = again_id AND d.delivered_at IS NULL AND d.claim IS NULL;
    GET DIAGNOSTICS again = ROW_COUNT;
    UPDATE work.target AS g SET failures = 0, next_at = '-infinity' WHERE g.target_id = again_id;
    RETURN again;
END $$;
COMMENT ON FUNCTION app.retry_target(text, text) IS
'Try all notices again that have not reached a target, parked ones too; returns how many';
GRANT EXECUTE ON FUNCTION app.retry_target(text, text) TO gisgrid_service;
