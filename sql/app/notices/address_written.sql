CREATE FUNCTION app.address_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.address_notices(array_agg(w.outbox_id)) FROM written AS w HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.address_written() IS
'Every notice written gets its deliveries in the same transaction, whoever writes it';
