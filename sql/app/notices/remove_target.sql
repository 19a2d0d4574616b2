CREATE FUNCTION app.remove_target(actor text, target text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone_id bigint := app.target_to_change(actor, target);
    dropped bigint;
BEGIN
    SELECT count(*) INTO dropped FROM work.delivery AS d
    WHERE d.target_id = gone_id AND d.delivered_at IS NULL;
    DELETE FROM work.target AS g WHERE g.target_id = gone_id;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION app.remove_target(text, text) IS
'Remove a target; returns how many notices had not reached it';
GRANT EXECUTE ON FUNCTION app.remove_target(text, text) TO gisgrid_service;
