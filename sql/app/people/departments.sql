CREATE FUNCTION app.departments() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT p.department FROM core.post AS p WHERE p.department IS NOT NULL AND p.valid_to > clock_timestamp()
    UNION
    SELECT c.department FROM core.account AS c WHERE c.department IS NOT NULL AND c.disabled_at IS NULL
    ORDER BY 1;
END $$;
COMMENT ON FUNCTION app.departments() IS 'The departments that have a post or an account, by name';
GRANT EXECUTE ON FUNCTION app.departments() TO gisgrid_service;
