CREATE FUNCTION app.publish_changeset(change_set bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The one door to the live boundaries, the same as saving the status by hand. Null: it waits for its date.
DECLARE
    c draft.changeset;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
    IF c.published_at IS NOT NULL OR c.status = 'discarded' THEN
        RAISE EXCEPTION E'变更集 % 已%\nchange set % is % already', change_set,
            CASE c.status WHEN 'discarded' THEN '作废' ELSE '发布' END, change_set, c.status
            USING ERRCODE = 'GG002', HINT = E'只有进行中的变更集可以发布\nonly an open change set can be published';
    END IF;
    IF c.status = 'open' THEN
        UPDATE draft.changeset SET status = 'published' WHERE changeset_id = change_set;
        SET CONSTRAINTS draft.flip_changeset IMMEDIATE;
        SET CONSTRAINTS draft.flip_changeset DEFERRED;
    ELSIF app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.prepare_changeset(change_set);
        PERFORM app.flip_changeset(change_set);
    END IF;
    RETURN (SELECT summary FROM draft.changeset WHERE changeset_id = change_set);
END $$;
COMMENT ON FUNCTION app.publish_changeset(bigint) IS
'Publish a change set: the one door to the live boundaries; raises GG001 with the problems, changes nothing then';
GRANT EXECUTE ON FUNCTION app.publish_changeset(bigint) TO gisgrid_service;
