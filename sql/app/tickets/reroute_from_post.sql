CREATE FUNCTION app.reroute_from_post(post bigint, actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ticket bigint;
BEGIN
    FOR ticket IN SELECT t FROM app.open_of_post(post) AS t LOOP
        PERFORM app.reroute(ticket, 'handed_over', coalesce(actor, ''), NULL, '{}', false);
    END LOOP;
END $$;
COMMENT ON FUNCTION app.reroute_from_post(bigint, text) IS 'Route the open tickets of a post that ended again';
