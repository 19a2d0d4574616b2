-- At once, not at the commit, so that a refusal reaches the dialog.
CREATE FUNCTION app.solve_by_hand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'problem' THEN
        PERFORM app.solve_conflicts(NEW.changeset_id, NEW.solution, NEW.code);
    ELSE
        PERFORM app.solve_conflicts(NEW.changeset_id, NEW.solution);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.solve_by_hand() IS
'When a hand chooses a solution: of a problem, for its grid; of a change set, for all its conflicts';
