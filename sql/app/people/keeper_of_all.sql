CREATE FUNCTION app.keeper_of_all(actor text, wanted text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT app.keeps(app.keeper(actor, wanted), '{}') THEN
        PERFORM app.refuse('keeper_of_a_part');
    END IF;
END $$;
COMMENT ON FUNCTION app.keeper_of_all(text, text) IS
'Refuses an actor who may not do this action, or works in a part of the district only';
