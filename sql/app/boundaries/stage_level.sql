CREATE FUNCTION app.stage_level(change_set bigint, upper_level text, is_noded boolean) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Stage the areas of one level above the leaves, once their children are staged or live. Each is the union of its
-- children, for every stretch of time from valid_from on. An area without children keeps its drawn shape.
-- is_noded: all lines match corner by corner already.
BEGIN
    INSERT INTO draft.staged (changeset_id, area_id, level, name, parent_id, path, geom, valid_from, valid_to)
    WITH c AS (SELECT * FROM draft.changeset WHERE changeset_id = change_set),
    upper_area AS (SELECT u.* FROM app.draft_upper(change_set) AS u WHERE u.level = upper_level),
    changed AS (
        SELECT s.parent_id AS area_id FROM draft.staged AS s WHERE s.changeset_id = change_set
        UNION
        SELECT v.parent_id FROM draft.staged AS s
        JOIN core.area_version AS v ON v.area_id = s.area_id
        CROSS JOIN c
        WHERE s.changeset_id = change_set AND v.recorded_to = 'infinity' AND v.valid_to > c.valid_from
        UNION
        SELECT u.area_id FROM upper_area AS u
        LEFT JOIN (SELECT v.* FROM c, app.area_at(c.valid_from) AS v) AS v ON v.area_id = u.area_id
        WHERE (v.name, v.path) IS DISTINCT FROM (u.name, u.path)
           OR EXISTS (SELECT FROM draft.area AS d WHERE d.changeset_id = change_set AND d.code = u.code)
    ),
    touched AS (SELECT x.area_id FROM changed AS x JOIN core.area AS a USING (area_id) WHERE a.level = upper_level),
    instant AS (
        SELECT c.valid_from AS at FROM c
        UNION
        SELECT v.valid_from FROM c JOIN core.area_version AS v ON v.network = c.network
        WHERE v.recorded_to = 'infinity' AND v.level = 'grid' AND v.valid_from > c.valid_from
          AND NOT EXISTS (SELECT FROM draft.staged AS s WHERE s.changeset_id = change_set AND s.area_id = v.area_id)
    ),
    stretch AS (SELECT at, coalesce(lead(at) OVER (ORDER BY at), 'infinity') AS until FROM instant),
    united AS (
        SELECT n.* FROM app.united_areas(
            change_set, ARRAY(SELECT area_id FROM touched), ARRAY(SELECT at FROM stretch), is_noded) AS n),
    wanted AS (
        SELECT t.area_id, u.name, u.parent_id, u.path, s.at, s.until,
               st_multi(coalesce(n.geom, CASE WHEN NOT EXISTS (
                   SELECT FROM core.area_version AS v
                   WHERE v.parent_id = t.area_id AND v.recorded_to = 'infinity') THEN u.drawn END)) AS geom
        FROM touched AS t
        LEFT JOIN upper_area AS u ON u.area_id = t.area_id
        CROSS JOIN stretch AS s
        LEFT JOIN united AS n ON n.parent_id = t.area_id AND n.at = s.at
    )
    SELECT change_set, w.area_id, upper_level, w.name, w.parent_id, w.path, w.geom, w.at, w.until
    FROM wanted AS w
    WHERE EXISTS (
        -- Some stretch differs from the live versions; else the area is left alone as a whole.
        SELECT FROM wanted AS x
        LEFT JOIN core.area_version AS v ON v.area_id = x.area_id AND v.recorded_to = 'infinity'
             AND v.valid_from <= x.at AND v.valid_to >= x.until
        WHERE x.area_id = w.area_id
          AND ((v.name, v.path) IS DISTINCT FROM (x.name, x.path)
               OR (v.geom IS NULL) <> (x.geom IS NULL) OR NOT st_equals(v.geom, x.geom)));
END $$;
COMMENT ON FUNCTION app.stage_level(bigint, text, boolean) IS
'Stage the areas of one level as the unions of their children';
