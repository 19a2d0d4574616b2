CREATE FUNCTION app.account_area(code text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_id bigint;
BEGIN
    IF coalesce(account_area.code, '') = '' THEN
        RETURN NULL;
    END IF;
    SELECT a.area_id INTO found_id FROM core.area AS a WHERE a.network = 'base' AND a.code = account_area.code;
    IF found_id IS NULL THEN
        PERFORM app.refuse('account_area_unknown', left(account_area.code, 64));
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION app.account_area(text) IS 'The area of the base network with this code, for an account; null: none named';
