CREATE FUNCTION app.guard_area() RETURNS trigger LANGUAGE plpgsql AS $$
-- A row that is drawn by hand: only in an open draft and only a leaf. A part that a split copied gets its code by
-- rule. The parent is the one that the code says, if the network's codes have a tree.
-- A window sends, as a negative number, the revision of the row that it altered: another one than the row's is refused.
DECLARE
    state text;
    net text;
    sent integer := NEW.revision;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        NEW.revision := CASE TG_OP WHEN 'UPDATE' THEN OLD.revision + 1 ELSE 1 END;
    END IF;
    IF current_user = 'gisgrid_owner' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT c.status, c.network INTO state, net FROM draft.changeset AS c
    WHERE c.changeset_id = coalesce(NEW.changeset_id, OLD.changeset_id);
    IF state IS DISTINCT FROM 'open' THEN
        PERFORM app.refuse(
            'draft_not_open', coalesce(NEW.changeset_id, OLD.changeset_id)::text,
            CASE state WHEN 'published' THEN '已发布' WHEN 'discarded' THEN '已作废' ELSE '不属于您' END,
            coalesce(state, 'not yours'));
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND sent < 0 AND -sent <> OLD.revision THEN
        PERFORM app.refuse('saved_elsewhere', OLD.code);
    END IF;
    NEW.level := coalesce(NEW.level, 'grid');  -- a column that is empty where something was pasted from
    NEW.kind := coalesce(nullif(NEW.kind, ''), CASE TG_OP WHEN 'UPDATE' THEN OLD.kind ELSE 'base' END);
    IF NEW.kind NOT IN (SELECT k.kind FROM core.area_kind AS k) THEN
        PERFORM app.refuse('no_such_kind', NEW.kind);
    END IF;
    IF NEW.level <> 'grid' THEN
        PERFORM app.refuse('only_grids');
    END IF;
    IF TG_OP = 'INSERT' OR NEW.geom IS DISTINCT FROM OLD.geom THEN
        NEW.geom := app.plain_shape(NEW.geom);
    END IF;
    NEW.name := app.plain_words(NEW.name, CASE TG_OP WHEN 'UPDATE' THEN OLD.name END);
    NEW.code := app.plain_words(NEW.code, CASE TG_OP WHEN 'UPDATE' THEN OLD.code END);
    IF TG_OP = 'UPDATE' THEN
        NEW.draft_area_id := OLD.draft_area_id;
        NEW.changeset_id := OLD.changeset_id;
        NEW.base_version_id := OLD.base_version_id;
        NEW.origin_code := OLD.origin_code;
        NEW.code := coalesce(NEW.code, app.next_code(net, OLD.parent_code));
        NEW.parent_code := coalesce(app.parent_code(net, NEW.code), NEW.parent_code);
    ELSE
        NEW.draft_area_id := app.own_number('draft.area_id_seq', NEW.draft_area_id);
        SELECT n.code, n.name, n.parent_code, n.origin_code, n.base_version_id
        INTO NEW.code, NEW.name, NEW.parent_code, NEW.origin_code, NEW.base_version_id
        FROM app.name_part(NEW.changeset_id, NEW.code, NEW.name, NEW.parent_code, NEW.base_version_id, NEW.geom) AS n;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.guard_area() IS 'Guard: what may be drawn by hand; gives a new part its code';
