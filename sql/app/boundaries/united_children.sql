CREATE FUNCTION app.united_children(change_set bigint, parent bigint, instant timestamptz, is_noded boolean)
RETURNS geometry
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 SET search_path = public, pg_temp AS $$
-- is_noded: all lines match corner by corner already.
BEGIN
    RETURN (
        SELECT CASE
            WHEN is_noded THEN app.without_hairlines(st_union(c.geom))
            ELSE app.union_areas(array_agg(c.geom)) END
        FROM (
            SELECT s.geom FROM draft.staged AS s
            WHERE s.changeset_id = change_set AND s.parent_id = parent
              AND s.valid_from <= instant AND s.valid_to > instant AND s.geom IS NOT NULL
            UNION ALL
            SELECT v.geom FROM core.area_version AS v
            WHERE v.parent_id = parent AND v.recorded_to = 'infinity' AND v.valid_from <= instant AND v.valid_to > instant
              AND NOT EXISTS (
                  SELECT FROM draft.staged AS s WHERE s.changeset_id = change_set AND s.area_id = v.area_id)
        ) AS c
        HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION app.united_children(bigint, bigint, timestamptz, boolean) IS
'The union of the children, staged or live, of an area above the leaves at an instant; null: it has none';
