CREATE FUNCTION app.is_department(name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM core.post AS p WHERE p.department = is_department.name AND p.valid_to > clock_timestamp()
        UNION ALL
        SELECT FROM core.account AS c WHERE c.department = is_department.name AND c.disabled_at IS NULL);
END $$;
COMMENT ON FUNCTION app.is_department(text) IS 'Is anybody in a department of this name, by a post or an account?';
