CREATE FUNCTION app.overlapping_pair(change_set bigint, is_earlier boolean)
RETURNS TABLE (code text, other_code text, geom geometry, other_geom geometry, since timestamptz)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off AS $$
-- Queries of their own, which plan on as many processors as there are: an INSERT that selects has one only, and to
-- relate the neighbours of a city takes long. is_earlier: some version begins later than the change set.
DECLARE
    c draft.changeset;
    redrawn integer[];
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    IF is_earlier THEN
        redrawn := ARRAY(SELECT l.draft_area_id FROM app.draft_leaf(change_set) AS l WHERE l.is_redrawn);
    END IF;
    -- A plain join: a subquery by row would be run on one processor. From the redrawn leaves to those beside them, by the
    -- box alone (+ 0): neither all leaves of the draft for each of them, nor each leaf that stays as it is.
    RETURN QUERY
    SELECT least(d.code, o.code), greatest(d.code, o.code), d.geom, o.geom, NULL::timestamptz
    FROM draft.area AS d
    JOIN draft.area AS o ON o.geom && d.geom AND o.changeset_id + 0 = change_set
    WHERE d.changeset_id = change_set AND d.level = 'grid' AND d.is_sound
      AND CASE WHEN is_earlier THEN d.draft_area_id = ANY(redrawn) ELSE d.is_redrawn END
      AND o.level = 'grid' AND o.is_sound AND o.kind = d.kind AND o.draft_area_id <> d.draft_area_id
      AND (o.draft_area_id > d.draft_area_id
           OR NOT CASE WHEN is_earlier THEN o.draft_area_id = ANY(redrawn) ELSE o.is_redrawn END)
      AND st_relate(d.geom, o.geom, '2********') AND NOT app.overlaps_by_rounding(d.geom, o.geom);

    IF c.area_code IS NULL AND NOT is_earlier THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT least(d.code, o.code), greatest(d.code, o.code), d.geom, o.geom, o.since
    FROM app.draft_leaf(change_set) AS d
    JOIN LATERAL (
        SELECT v.code, v.kind, v.geom, NULL::timestamptz AS since FROM app.area_at(c.valid_from) AS v
        WHERE c.area_code IS NOT NULL AND v.network = c.network AND v.level = 'grid' AND v.geom && d.geom
          AND NOT v.path && c.areas
        UNION ALL
        SELECT v.code, v.kind, v.geom, v.valid_from FROM app.later_leaf(change_set) AS v
        WHERE is_earlier AND v.geom && d.geom
    ) AS o ON o.kind = d.kind
           AND st_relate(d.geom, o.geom, '2********') AND NOT app.overlaps_by_rounding(d.geom, o.geom)
    WHERE d.is_redrawn AND d.is_sound;
END $$;
COMMENT ON FUNCTION app.overlapping_pair(bigint, boolean) IS
'Which redrawn leaves of a draft overlap another leaf of their kind by more than rounding, and from when on?';
