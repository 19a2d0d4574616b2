CREATE FUNCTION app.solve_conflicts(change_set bigint, take text, only_code text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A conflict: a leaf that the draft changed, and that others have changed or ended since. After this the live version is
-- its base, so the conflict is over; what then overlaps or is missing is an ordinary problem. Returns how many.
-- mine: the draft's leaf as it is. theirs: the live leaf, without the parts that the draft cut from it. both: the
-- changes of both in one shape; name and parent are the draft's where it changed them.
DECLARE
    c draft.changeset;
    g record;
    solved bigint := 0;
BEGIN
    PERFORM app.refuse_foreign(change_set);
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    UPDATE draft.changeset SET valid_from = clock_timestamp()
    WHERE changeset_id = change_set AND status = 'open' AND NOT is_dated;
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF c.status <> 'open' THEN
        PERFORM app.refuse_ended(change_set, c.status);
    END IF;
    IF take IS NULL OR take NOT IN ('mine', 'theirs', 'both') THEN
        PERFORM app.refuse('no_such_solution', take);
    END IF;
    FOR g IN
        SELECT f.area_version_id, f.code, d.draft_area_id, l.area_version_id AS live_id, l.name, p.code AS parent,
               app.both_drawn(b.geom, d.geom, l.geom) AS geom, b.name AS base_name, q.code AS base_parent
        FROM app.gone_base(change_set) AS f
        JOIN core.area_version AS b ON b.area_version_id = f.area_version_id
        LEFT JOIN core.area AS q ON q.area_id = b.parent_id
        LEFT JOIN draft.area AS d ON d.changeset_id = change_set AND d.base_version_id = f.area_version_id
        LEFT JOIN LATERAL (SELECT v.* FROM app.area_at(c.valid_from) AS v WHERE v.area_id = b.area_id) AS l ON true
        LEFT JOIN core.area AS p ON p.area_id = l.parent_id
        WHERE f.is_conflict AND (only_code IS NULL OR f.code = only_code)
    LOOP
        IF take = 'both' AND g.geom IS NULL THEN
            PERFORM app.refuse('not_both', g.code);
        END IF;
        DELETE FROM draft.base AS b WHERE b.changeset_id = change_set AND b.area_version_id = g.area_version_id;
        IF take = 'theirs' THEN
            DELETE FROM draft.area AS d WHERE d.changeset_id = change_set
              AND (d.draft_area_id = g.draft_area_id OR (d.origin_code = g.code AND d.base_version_id IS NULL));
        ELSE
            INSERT INTO draft.base (changeset_id, area_version_id)
            SELECT change_set, g.live_id WHERE g.live_id IS NOT NULL ON CONFLICT DO NOTHING;
            UPDATE draft.area AS d SET
                base_version_id = g.live_id,
                geom = CASE take WHEN 'both' THEN g.geom ELSE d.geom END,
                name = CASE WHEN take = 'both' AND d.name IS NOT DISTINCT FROM g.base_name THEN g.name ELSE d.name END,
                parent_code = CASE WHEN take = 'both' AND d.parent_code IS NOT DISTINCT FROM g.base_parent THEN g.parent
                                   ELSE d.parent_code END
            WHERE d.draft_area_id = g.draft_area_id;
        END IF;
        solved := solved + 1;
    END LOOP;
    IF solved = 0 THEN
        PERFORM app.refuse('no_conflict', change_set::text, coalesce(only_code, ''));
    END IF;
    UPDATE draft.changeset SET solution = NULL WHERE changeset_id = change_set AND solution IS NOT NULL;
    PERFORM app.check_saved(change_set);
    RETURN solved;
END $$;
COMMENT ON FUNCTION app.solve_conflicts(bigint, text, text) IS
'Solve the conflicts of a draft, or the one of a code, by taking mine, theirs or both; returns how many';
GRANT EXECUTE ON FUNCTION app.solve_conflicts(bigint, text, text) TO gisgrid_service;
