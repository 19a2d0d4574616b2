CREATE FUNCTION app.undo_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Open a change set that puts back what another one altered, from the date on from which that one applied: a
-- correction, so every answer is again what it was. Returns it, not yet published. Raises GG002 where somebody has
-- altered the same areas since.
DECLARE
    c draft.changeset;
    opened bigint;
    later text;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
    IF c.published_at IS NULL THEN
        RAISE EXCEPTION E'变更集 % 尚未生效\nchange set % is not published', change_set, change_set
            USING ERRCODE = 'GG002', HINT = E'只有已生效的才能撤销\nonly what is live can be undone';
    END IF;
    SELECT string_agg(DISTINCT a.code, ', ') INTO later
    FROM draft.touched AS t
    JOIN draft.touched AS o ON o.area_id = t.area_id AND o.changeset_id <> t.changeset_id
    JOIN draft.changeset AS n ON n.changeset_id = o.changeset_id AND n.published_at > c.published_at
    JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
    WHERE t.changeset_id = change_set AND NOT app.is_taken_back(n.changeset_id, c.published_at);
    IF later IS NOT NULL THEN
        RAISE EXCEPTION E'变更集 % 不能撤销：% 之后又改过\nchange set % cannot be undone: % changed again since',
            change_set, later, change_set, later
            USING ERRCODE = 'GG002', HINT = E'先撤销后来的变更集\nundo the later change set first';
    END IF;
    IF EXISTS (
        -- A leaf whose closed records are not one and the same shape from the date on for ever.
        SELECT FROM draft.touched AS t
        JOIN core.area_version AS v ON v.area_id = t.area_id AND v.level = 'grid'
            AND v.recorded_to = c.published_at AND v.valid_to > c.valid_from
        LEFT JOIN core.area_version AS s ON s.area_id = v.area_id AND s.recorded_to = c.published_at
            AND s.valid_from <= c.valid_from AND s.valid_to > c.valid_from
        WHERE t.changeset_id = change_set AND (
            (s.name, s.path) IS DISTINCT FROM (v.name, v.path) OR s.geom IS DISTINCT FROM v.geom
            OR (v.valid_to < 'infinity' AND NOT EXISTS (
                SELECT FROM core.area_version AS n
                WHERE n.area_id = v.area_id AND n.recorded_to = c.published_at AND n.valid_from = v.valid_to)))
    ) THEN
        RAISE EXCEPTION E'变更集 % 不能撤销：它取代了不止一段时间\nchange set % cannot be undone: it replaced more than one stretch of time',
            change_set, change_set
            USING ERRCODE = 'GG002', HINT = E'在新的变更集中画出原来的边界\ndraw the earlier boundaries in new change sets';
    END IF;
    INSERT INTO draft.changeset (area_code, network, title, valid_from, is_dated, policy, ground, undoes)
    VALUES (c.area_code, c.network, 'undo ' || change_set || coalesce(': ' || nullif(c.title, ''), ''),
            c.valid_from, true, 'move', 'any', change_set)
    RETURNING changeset_id INTO opened;
    PERFORM app.put_back(opened, change_set);
    RETURN opened;
END $$;
COMMENT ON FUNCTION app.undo_changeset(bigint) IS
'Open a change set that puts back what another one altered; raises GG002 where that was altered again since';
GRANT EXECUTE ON FUNCTION app.undo_changeset(bigint) TO gisgrid_service;
