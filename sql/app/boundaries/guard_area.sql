CREATE FUNCTION app.guard_area() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION app.guard_area() IS 'What may be drawn by hand, and which code a new part gets';
