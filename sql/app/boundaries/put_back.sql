CREATE FUNCTION app.put_back(opened bigint, undone bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    c draft.changeset;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = undone;
    DELETE FROM draft.area AS d USING draft.touched AS t, core.area AS a
    WHERE d.changeset_id = opened AND t.changeset_id = undone AND a.area_id = t.area_id AND d.code = a.code;
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT opened, v.code, v.name, v.level, v.kind, p.code,
           (SELECT b.area_version_id FROM draft.base AS b JOIN core.area_version AS x USING (area_version_id)
            WHERE b.changeset_id = opened AND x.area_id = v.area_id), v.geom
    FROM draft.touched AS t
    JOIN core.area_version AS v ON v.area_id = t.area_id
    LEFT JOIN core.area AS p ON p.area_id = v.parent_id
    WHERE t.changeset_id = undone AND v.level = 'grid'
      AND v.recorded_from < c.published_at AND v.recorded_to >= c.published_at
      AND v.valid_from <= c.valid_from AND v.valid_to > c.valid_from;
END $$;
COMMENT ON FUNCTION app.put_back(bigint, bigint) IS
'Draw the leaves that an undone change set altered as they were before';
