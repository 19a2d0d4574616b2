CREATE FUNCTION app.guard_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
-- By hand only these columns may change: title, date and policies while the change set is open, and its status.
BEGIN
    IF current_user = 'gisgrid_owner' THEN
        RETURN NEW;
    END IF;
    NEW.status := app.one_of('status', NEW.status, OLD.status, 'open', 'published', 'discarded', 'undone');
    IF NEW.status = 'undone' THEN
        IF OLD.published_at IS NULL THEN
            PERFORM app.refuse('changeset_not_live', OLD.changeset_id::text);
        END IF;
        PERFORM app.undo_by_hand(OLD.changeset_id);
        RETURN OLD;  -- the undone change set stays as it is
    END IF;
    IF OLD.status <> 'open' AND NOT (OLD.status = 'published' AND OLD.published_at IS NULL AND NEW.status = 'open') THEN
        PERFORM app.refuse_ended(OLD.changeset_id, OLD.status);
    END IF;
    IF NEW.solution IS NOT NULL AND NEW.status <> 'open' THEN
        PERFORM app.refuse('solve_first', OLD.changeset_id::text);
    END IF;
    IF (NEW.changeset_id, NEW.network, NEW.opened_by, NEW.opened_at, NEW.published_at, NEW.followed_at, NEW.path)
       IS DISTINCT FROM
       (OLD.changeset_id, OLD.network, OLD.opened_by, OLD.opened_at, OLD.published_at, OLD.followed_at, OLD.path)
       OR (NEW.area_code, NEW.together_with) IS DISTINCT FROM (OLD.area_code, OLD.together_with) THEN
        PERFORM app.refuse('changeset_fixed', OLD.changeset_id::text);
    END IF;
    NEW.title := coalesce(app.plain_words(NEW.title, OLD.title), '');
    NEW.policy := app.one_of('policy', NEW.policy, OLD.policy, 'move', 'stay');
    NEW.ground := app.one_of('ground', NEW.ground, OLD.ground, 'keep', 'gain', 'any');
    NEW.solution := app.one_of('solution', NEW.solution, NULL, 'mine', 'theirs', 'both');
    NEW.valid_from := coalesce(NEW.valid_from, OLD.valid_from);
    IF NEW.starts_on IS DISTINCT FROM OLD.starts_on THEN  -- an emptied date: from publishing on
        NEW.valid_from := coalesce(app.read_date(NEW.starts_on), clock_timestamp());
        NEW.is_dated := app.read_date(NEW.starts_on) IS NOT NULL;
    ELSE
        NEW.is_dated := OLD.is_dated OR NEW.valid_from IS DISTINCT FROM OLD.valid_from;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.guard_changeset() IS 'Guard: which columns of a change set may be changed by hand';
