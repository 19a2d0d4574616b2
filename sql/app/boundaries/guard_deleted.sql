CREATE FUNCTION app.guard_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' AND OLD.status = 'published' THEN
        RAISE EXCEPTION E'变更集 % 已发布\nchange set % is published', OLD.changeset_id, OLD.changeset_id
            USING HINT = E'已生效的用 gisgrid changeset undo 撤销，等待生效的可以作废\ngisgrid changeset undo takes back what is live, discard what waits for its date';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION app.guard_deleted() IS 'Which change sets may not be deleted by hand';
