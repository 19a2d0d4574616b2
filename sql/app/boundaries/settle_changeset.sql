CREATE FUNCTION app.settle_changeset(change_set bigint, tolerance double precision) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Lines that stand stay as they are; drawn ones settle on them. Then drawn ones settle on each other, by the tolerance
-- of boundaries: in the second turn the later on the earlier, in the third each takes the corners on its lines.
DECLARE
    c draft.changeset;
    turn int;
    leaf_id bigint;
    drawn geometry;
    settled geometry;
    changed bigint[] := '{}';
    is_earlier boolean;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    is_earlier := EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.network = c.network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from);
    FOR turn, leaf_id IN
        SELECT t, d.draft_area_id FROM generate_series(1, 3) AS t, app.draft_leaf(change_set) AS d
        WHERE d.is_changed AND d.is_sound
          AND NOT EXISTS (  -- a live line stays, also where the row has another name or parent
              SELECT FROM app.area_at(c.valid_from) AS v
              WHERE v.network = c.network AND v.code = d.code AND v.geom = d.geom)
        ORDER BY t, d.draft_area_id
    LOOP
        SELECT d.geom, app.settle_parts(
            d.geom, coalesce(array_agg(n.geom ORDER BY n.code) FILTER (WHERE n.geom IS NOT NULL), '{}'),
            CASE turn WHEN 1 THEN tolerance ELSE app.same_line_deg() END)
        INTO drawn, settled
        FROM draft.area AS d
        LEFT JOIN LATERAL (
            SELECT v.code, v.geom FROM app.area_at(c.valid_from) AS v
            WHERE turn = 1 AND v.network = c.network AND v.level = 'grid' AND v.kind = d.kind
              AND v.geom && st_expand(d.geom, tolerance)
              -- An undo takes these lines back: their corners are not to stay in what is put back.
              AND NOT EXISTS (
                  SELECT FROM draft.touched AS u WHERE u.changeset_id = c.undoes AND u.area_id = v.area_id)
            UNION ALL
            SELECT v.code, v.geom FROM app.later_leaf(change_set) AS v
            WHERE turn = 1 AND is_earlier AND v.kind = d.kind AND v.geom && st_expand(d.geom, tolerance)
            UNION ALL
            SELECT o.code, o.geom FROM app.draft_leaf_near(change_set, st_expand(d.geom, tolerance)) AS o
            WHERE o.is_changed AND o.kind = d.kind AND o.draft_area_id <> d.draft_area_id
              AND (turn = 3 OR turn = 2 AND o.draft_area_id < d.draft_area_id)
              AND o.is_sound) AS n ON true
        WHERE d.draft_area_id = leaf_id
        GROUP BY d.geom;
        IF NOT settled = drawn THEN
            UPDATE draft.area SET geom = settled WHERE draft_area_id = leaf_id;
            changed := changed || leaf_id;
        END IF;
    END LOOP;
    RETURN (SELECT count(DISTINCT i) FROM unnest(changed) AS i);
END $$;
COMMENT ON FUNCTION app.settle_changeset(bigint, double precision) IS
'Make drawn lines the same as the standing ones beside them that differ by less than a tolerance (degrees), and as each '
'other; returns how many leaves changed by that';
