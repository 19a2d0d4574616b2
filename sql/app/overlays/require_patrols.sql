CREATE FUNCTION app.require_patrols(area bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT (area = 0 AND app.private_scope() && '{0}') AND NOT EXISTS (
        SELECT FROM core.area AS a
        WHERE a.area_id = area AND (app.private_scope() && (
            SELECT v.path FROM core.area_version AS v WHERE v.area_id = a.area_id ORDER BY v.valid_from DESC LIMIT 1))
    ) THEN
        PERFORM app.refuse('patrols_elsewhere');
    END IF;
END $$;
COMMENT ON FUNCTION app.require_patrols(bigint) IS
'Refuse unless the area (0: all of them) is in the caller''s private scope: how much was walked tells about people';
