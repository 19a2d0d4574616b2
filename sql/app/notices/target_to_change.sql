CREATE FUNCTION app.target_to_change(actor text, target text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_id bigint;
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    SELECT g.target_id INTO found_id FROM work.target AS g WHERE g.name = target FOR UPDATE;
    IF found_id IS NULL THEN
        PERFORM app.refuse('target_unknown', left(target, 40));
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION app.target_to_change(text, text) IS 'The target of this name, locked, for who may keep targets';
