CREATE FUNCTION app.keeps(keeper core.account, path bigint []) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT
    keeper.name IS NULL OR keeps.path @> ARRAY[keeper.area_id] OR keeper.area_id IS NULL AND EXISTS (
        SELECT FROM core.account_role AS r
        WHERE r.role = keeper.role AND r.works_in = 'district'
    );
END;
COMMENT ON FUNCTION app.keeps(core.account, bigint []) IS
'Does an area with this path lie where the keeper works? Without an account (the owner of the machine) every area does';
