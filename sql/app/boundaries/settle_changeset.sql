CREATE FUNCTION app.settle_changeset(change_set bigint, tolerance double precision) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Lines that stand stay as they are; drawn ones settle on them. Of drawn ones the later settle on the earlier, in the
-- first turn, and the earlier take the corners that the later have on their lines, in the second.
DECLARE
    c draft.changeset;
    turn int;
    leaf_id bigint;
    drawn geometry;
    settled geometry;
    moved bigint := 0;
    is_earlier boolean;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    is_earlier := EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.network = c.network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from);
    FOR turn, leaf_id IN
        SELECT t, d.draft_area_id FROM generate_series(1, 2) AS t, app.draft_leaf(change_set) AS d
        WHERE d.is_changed AND st_isvalid(d.geom) ORDER BY t, d.draft_area_id
    LOOP
        SELECT d.geom, app.settle_leaf(d.geom, array_agg(n.geom ORDER BY n.code), tolerance) INTO drawn, settled
        FROM draft.area AS d
        JOIN LATERAL (
            SELECT v.code, v.geom FROM app.area_at(c.valid_from) AS v
            WHERE v.network = c.network AND v.level = 'grid' AND v.kind = d.kind AND v.geom && st_expand(d.geom, tolerance)
            UNION ALL
            SELECT v.code, v.geom FROM app.later_leaf(change_set) AS v
            WHERE is_earlier AND v.kind = d.kind AND v.geom && st_expand(d.geom, tolerance)
            UNION ALL
            SELECT o.code, o.geom FROM app.draft_leaf(change_set) AS o
            WHERE o.is_changed AND o.kind = d.kind AND o.draft_area_id <> d.draft_area_id
              AND (turn = 2 OR o.draft_area_id < d.draft_area_id)
              AND o.geom && st_expand(d.geom, tolerance) AND st_isvalid(o.geom)) AS n ON true
        WHERE d.draft_area_id = leaf_id
        GROUP BY d.geom;
        IF NOT settled = drawn THEN
            UPDATE draft.area SET geom = settled WHERE draft_area_id = leaf_id;
            moved := moved + 1;
        END IF;
    END LOOP;
    RETURN moved;
END $$;
COMMENT ON FUNCTION app.settle_changeset(bigint, double precision) IS
'Make drawn lines the same as those beside them where they differ by less than a tolerance (degrees); returns how often '
'a leaf changed by that';
