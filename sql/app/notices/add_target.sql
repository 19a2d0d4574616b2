CREATE FUNCTION app.add_target(actor text, target jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- `target`: the columns of work.target, checked by who asks; its host may lie in a private network, and it may be a
-- city's message service, only where the owner of the machine says so.
DECLARE
    t work.target := jsonb_populate_record(NULL::work.target, add_target.target);
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    IF EXISTS (SELECT FROM work.target AS x WHERE x.name = t.name) THEN
        PERFORM app.refuse('target_taken', t.name);
    ELSIF actor IS NOT NULL AND (t.may_be_private OR t.kind IN ('message', 'reporter')) THEN
        PERFORM app.refuse('target_of_the_machine');
    END IF;
    INSERT INTO work.target (name, kind, address, secret, topics, area_id, category, has_words, may_be_private)
    VALUES (t.name, t.kind, t.address, t.secret, t.topics, t.area_id, t.category, t.has_words, t.may_be_private);
END $$;
COMMENT ON FUNCTION app.add_target(text, jsonb) IS 'Add a target of notices';
GRANT EXECUTE ON FUNCTION app.add_target(text, jsonb) TO gisgrid_service;
