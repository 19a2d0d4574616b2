CREATE FUNCTION app.refuse_ended(change_set bigint, status text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.refuse('changeset_ended', change_set::text, CASE status WHEN 'discarded' THEN '作废' ELSE '发布' END, status);
END $$;
COMMENT ON FUNCTION app.refuse_ended(bigint, text) IS 'Refuse an action that needs an open change set';
GRANT EXECUTE ON FUNCTION app.refuse_ended(bigint, text) TO gisgrid_service, gisgrid_editor;
