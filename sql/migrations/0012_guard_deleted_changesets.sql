-- Deleting a change set by hand: what is gone or not one's own is an error; what is live or waits is no draft any more.
CREATE FUNCTION draft.guard_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' AND OLD.status = 'published' THEN
        RAISE EXCEPTION 'change set % is published', OLD.changeset_id
            USING HINT = 'gisgrid changeset undo takes back what is live, discard what waits for its date';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION draft.guard_deleted() IS 'Which change sets may not be deleted by hand';
CREATE TRIGGER guard_deleted BEFORE DELETE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION draft.guard_deleted();
CREATE TRIGGER refuse_no_row_deleted AFTER DELETE ON draft.changeset
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION draft.refuse_no_row();
