CREATE FUNCTION app.name_part(
    change_set bigint, given_code text, given_name text, given_parent text, given_base bigint, shape geometry
)
RETURNS TABLE (code text, name text, parent_code text, origin_code text, base_version_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A row that is inserted by hand. A split copies all columns of the area it cuts, code and base version included: the
-- copy is a new area and gets the next code. A row that was cut out and pasted back keeps its code.
DECLARE
    net text := (SELECT c.network FROM draft.changeset AS c WHERE c.changeset_id = change_set);
    twin draft.area;
BEGIN
    PERFORM app.refuse_foreign(change_set);
    SELECT * INTO twin FROM draft.area AS d WHERE d.changeset_id = change_set AND d.code = given_code LIMIT 1;
    IF FOUND THEN
        parent_code := twin.parent_code;
        origin_code := given_code;
        code := app.next_code(net, parent_code, given_code);
        name := given_name;
        RETURN NEXT;
        RETURN;
    END IF;
    name := given_name;
    parent_code := coalesce(app.parent_code(net, given_code), given_parent);
    IF parent_code IS NULL AND shape IS NOT NULL THEN
        SELECT v.code INTO parent_code FROM app.area_at(now()) AS v
        WHERE v.network = net AND v.level = 'community' AND v.geom && shape AND st_isvalid(shape)
        ORDER BY st_area(st_intersection(v.geom, shape)) DESC, v.code LIMIT 1;
    END IF;
    code := coalesce(nullif(given_code, ''), app.next_code(net, parent_code));
    SELECT b.area_version_id INTO base_version_id FROM draft.base AS b
    JOIN core.area_version AS v USING (area_version_id)
    WHERE b.changeset_id = change_set AND v.code = given_code;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.name_part(bigint, text, text, text, bigint, geometry) IS
'Which code, parent, origin and base version does a row get that is inserted into a draft by hand?';
GRANT EXECUTE ON FUNCTION app.name_part(bigint, text, text, text, bigint, geometry) TO gisgrid_editor;
