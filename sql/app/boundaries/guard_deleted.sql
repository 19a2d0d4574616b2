CREATE FUNCTION app.guard_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' AND OLD.status = 'published' THEN
        PERFORM app.refuse('changeset_live', OLD.changeset_id::text);
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION app.guard_deleted() IS 'Guard: a published change set is not deleted by hand';
