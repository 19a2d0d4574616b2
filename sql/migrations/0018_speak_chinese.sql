-- Problems and what a refused save says, in Chinese and English. Long because functions are replaced whole.
ALTER TABLE draft.problem ADD COLUMN message_zh text NOT NULL DEFAULT '';
ALTER TABLE draft.problem ADD COLUMN remedy_zh text NOT NULL DEFAULT '';
COMMENT ON COLUMN draft.problem.message IS 'What is wrong, with codes, in English';
COMMENT ON COLUMN draft.problem.message_zh IS 'The same in Chinese';
COMMENT ON COLUMN draft.problem.remedy IS 'What to do about it, in English';
COMMENT ON COLUMN draft.problem.remedy_zh IS 'The same in Chinese';

CREATE OR REPLACE FUNCTION draft.open_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- A new change set knows its area's path, whose it is, and whether its date was chosen.
BEGIN
    IF NEW.area_code IS NULL THEN
        SELECT a.code INTO NEW.area_code FROM core.login_scope AS s JOIN core.area AS a ON a.area_id = s.area_id
        WHERE s.login = session_user;
    END IF;
    NEW.opened_by := session_user;
    NEW.is_dated := NEW.is_dated OR NEW.valid_from IS DISTINCT FROM now();
    NEW.status := 'open';
    NEW.published_at := NULL;
    NEW.path := '{0}';
    IF NEW.area_code IS NOT NULL THEN
        SELECT v.path INTO NEW.path FROM core.area_version AS v
        WHERE v.network = NEW.network AND v.code = NEW.area_code AND v.recorded_to = 'infinity'
        ORDER BY v.valid_to DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION E'网 % 中没有区域 %\nnetwork % has no area %',
                NEW.network, NEW.area_code, NEW.network, NEW.area_code
                USING HINT = E'填写地图上区县、街道、社区或网格的编码\ngive the code of a district, town, community or grid of the map';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION draft.guard_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION draft.guard_area() RETURNS trigger LANGUAGE plpgsql AS $$
-- A row drawn by hand: only in an open draft, a leaf, its code and origin by rule where a split copied them. Its
-- parent is the one that its code says, where the scheme's codes say it.
DECLARE
    state text;
    net text;
BEGIN
    IF current_user = 'gisgrid_owner' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT c.status, c.network INTO state, net FROM draft.changeset AS c
    WHERE c.changeset_id = coalesce(NEW.changeset_id, OLD.changeset_id);
    IF state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION E'变更集 % %，不能绘制\nchange set % is %: nothing can be drawn in it',
            coalesce(NEW.changeset_id, OLD.changeset_id),
            CASE state WHEN 'published' THEN '已发布' WHEN 'discarded' THEN '已作废' ELSE '不属于您' END,
            coalesce(NEW.changeset_id, OLD.changeset_id), coalesce(state, 'not yours')
            USING HINT = E'新建变更集，或选择进行中的\nopen a change set, or choose an open one';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.level <> 'grid' THEN
        RAISE EXCEPTION E'只画网格\nonly grids are drawn'
            USING HINT = E'上级区域在发布时由网格合成\nwhat is above them is made from them at publish';
    END IF;
    IF st_xmin(NEW.geom) < -180 OR st_xmax(NEW.geom) > 180 OR st_ymin(NEW.geom) < -90 OR st_ymax(NEW.geom) > 90 THEN
        RAISE EXCEPTION E'有拐点在地球之外：经度 % 至 %，纬度 % 至 %\na corner lies outside the world: longitudes % to %, latitudes % to %',
            st_xmin(NEW.geom), st_xmax(NEW.geom), st_ymin(NEW.geom), st_ymax(NEW.geom),
            st_xmin(NEW.geom), st_xmax(NEW.geom), st_ymin(NEW.geom), st_ymax(NEW.geom)
            USING HINT = E'粘贴的图形没有坐标系，或坐标系不对；草稿图层为 EPSG:4326\nwhat was pasted has no coordinate system, or a wrong one: draft layers are in EPSG:4326';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.changeset_id := OLD.changeset_id;
        NEW.base_version_id := OLD.base_version_id;
        NEW.origin_code := OLD.origin_code;
        NEW.code := coalesce(nullif(NEW.code, ''), app.next_code(net, OLD.parent_code));
        NEW.parent_code := coalesce(app.parent_code(net, NEW.code), NEW.parent_code);
    ELSE
        SELECT n.code, n.name, n.parent_code, n.origin_code, n.base_version_id
        INTO NEW.code, NEW.name, NEW.parent_code, NEW.origin_code, NEW.base_version_id
        FROM app.name_part(NEW.changeset_id, NEW.code, NEW.name, NEW.parent_code, NEW.base_version_id, NEW.geom) AS n;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION draft.refuse_no_row() RETURNS trigger LANGUAGE plpgsql AS $$
-- A client that saves a row that is gone, or hidden from it, must not take silence for success.
BEGIN
    IF current_user <> 'gisgrid_owner' AND NOT EXISTS (SELECT FROM old_row) THEN
        RAISE EXCEPTION E'什么都没有保存：这一行已不存在，或您无权修改\nnothing was saved: the row is gone, or not yours to change'
            USING HINT = E'重新加载图层后再画\nreload the layer and draw it again';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION draft.guard_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' AND OLD.status = 'published' THEN
        RAISE EXCEPTION E'变更集 % 已发布\nchange set % is published', OLD.changeset_id, OLD.changeset_id
            USING HINT = E'已生效的用 gisgrid changeset undo 撤销，等待生效的可以作废\ngisgrid changeset undo takes back what is live, discard what waits for its date';
    END IF;
    RETURN OLD;
END $$;
