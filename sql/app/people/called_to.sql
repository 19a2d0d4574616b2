CREATE FUNCTION app.called_to() RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text := app.scope_department();
BEGIN
    IF mine IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((
        SELECT array_agg(DISTINCT w.ticket_id) FROM work.whistle AS w
        WHERE w.department = mine AND w.withdrawn_at IS NULL), '{}');
END $$;
COMMENT ON FUNCTION app.called_to() IS
'The tickets to which the department of this transaction was called; no row for callers without a department';
GRANT EXECUTE ON FUNCTION app.called_to() TO gisgrid_service, gisgrid_viewer;
