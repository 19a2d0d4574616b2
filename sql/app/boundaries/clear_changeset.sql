CREATE FUNCTION app.clear_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
-- Only the owner's functions set undoes and followed_at: an editor who set them could close posts of other towns.
-- QGIS sends every column, so the columns are emptied here, not refused.
BEGIN
    IF current_user <> 'gisgrid_owner' THEN
        NEW.changeset_id := app.own_number('draft.changeset_id_seq', NEW.changeset_id);
        NEW.undoes := NULL;
        NEW.followed_at := NULL;
        NEW.summary := NULL;
        NEW.solution := NULL;
        NEW.is_dated := false;
        NEW.is_filled := true;
        NEW.is_approved := false;
        NEW.opened_at := now();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.clear_changeset() IS 'Empty the columns of a new change set that no hand may fill';
