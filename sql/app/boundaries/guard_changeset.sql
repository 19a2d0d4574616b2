CREATE FUNCTION app.guard_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
-- What of a change set may be changed by hand: its words, date and policies while it is open, and its status.
BEGIN
    IF current_user = 'gisgrid_owner' THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'open' AND NOT (OLD.status = 'published' AND OLD.published_at IS NULL AND NEW.status = 'open') THEN
        RAISE EXCEPTION E'变更集 % 已%，不能再改\nchange set % is % already', OLD.changeset_id,
            CASE OLD.status WHEN 'published' THEN '发布' ELSE '作废' END, OLD.changeset_id, OLD.status
            USING HINT = E'另建一个；已发布的可用 gisgrid changeset undo 撤销\nopen a new one; gisgrid changeset undo takes a published one back';
    END IF;
    IF (NEW.changeset_id, NEW.network, NEW.opened_by, NEW.opened_at, NEW.published_at, NEW.followed_at, NEW.path)
       IS DISTINCT FROM
       (OLD.changeset_id, OLD.network, OLD.opened_by, OLD.opened_at, OLD.published_at, OLD.followed_at, OLD.path)
       OR NEW.area_code IS DISTINCT FROM OLD.area_code THEN
        RAISE EXCEPTION E'变更集 % 只能修改标题、日期、策略和状态\nof change set % only title, date, policies and status can be changed', OLD.changeset_id, OLD.changeset_id
            USING HINT = E'其他区域请另建变更集\nopen a new change set for another area';
    END IF;
    NEW.is_dated := OLD.is_dated OR NEW.valid_from IS DISTINCT FROM OLD.valid_from;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.guard_changeset() IS 'What of a change set may be changed by hand';
