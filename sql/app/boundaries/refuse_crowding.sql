CREATE FUNCTION app.refuse_crowding() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- A draft takes codes, and where codes have no tree those of the whole network. For logins of people alone: a file of
-- boundaries may be as long as it is.
DECLARE
    most record;
    held bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM core.login_scope AS s WHERE s.login = session_user) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO most FROM app.most_drafts();
    IF TG_TABLE_NAME = 'changeset' THEN
        SELECT count(*) INTO held FROM draft.changeset AS c
        WHERE c.opened_by = session_user AND c.status = 'open' AND c.published_at IS NULL;
        IF held > most.changesets THEN
            PERFORM app.refuse('too_many_changesets', most.changesets::text);
        END IF;
    ELSE
        SELECT count(*) INTO held FROM draft.area AS d
        WHERE d.base_version_id IS NULL AND d.changeset_id IN (
            SELECT c.changeset_id FROM draft.changeset AS c
            WHERE c.opened_by = session_user AND c.status = 'open' AND c.published_at IS NULL);
        IF held > most.grids THEN
            PERFORM app.refuse('too_many_new_grids', most.grids::text);
        END IF;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.refuse_crowding() IS
'Refuses more new grids, or more open change sets, of one login than app.most_drafts allows';
