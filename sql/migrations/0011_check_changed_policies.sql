-- Another date or policy is another check: red marks and arrows do not wait for the next save of the draft.
CREATE FUNCTION draft.check_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM app.check_saved(c.changeset_id) FROM draft.changeset AS c
    WHERE c.changeset_id = NEW.changeset_id AND c.status = 'open';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.check_changed() IS 'Another date or policy of a change set writes its problems and its preview';
CREATE CONSTRAINT TRIGGER check_changed AFTER UPDATE OF valid_from, policy, ground ON draft.changeset
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    current_user <> 'gisgrid_owner' AND new.status = 'open'
    AND (new.valid_from, new.policy, new.ground) IS DISTINCT FROM (old.valid_from, old.policy, old.ground)
) EXECUTE FUNCTION draft.check_changed();
