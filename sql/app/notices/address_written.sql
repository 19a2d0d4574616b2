CREATE FUNCTION app.address_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.address_notices(array_agg(w.outbox_id)) FROM written AS w HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.address_written() IS
'Writes the deliveries of every new notice in the transaction of the notice';
