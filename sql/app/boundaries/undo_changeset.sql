CREATE FUNCTION app.undo_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Open a change set that restores what another one altered, from that one's valid_from on: a correction, so that every
-- answer is again as before. Returns its id; it is not published yet. Refuses if a later change set altered the same
-- areas.
DECLARE
    c draft.changeset;
    opened bigint;
    later text;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        PERFORM app.refuse(
            CASE WHEN app.may_change(c.path || c.areas) THEN 'changeset_above' ELSE 'changeset_unknown' END, change_set::text);
    END IF;
    IF c.published_at IS NULL THEN
        PERFORM app.refuse('changeset_not_live', change_set::text);
    END IF;
    SELECT string_agg(DISTINCT a.code, ', ') INTO later
    FROM draft.touched AS t
    JOIN draft.touched AS o ON o.area_id = t.area_id AND o.changeset_id <> t.changeset_id
    JOIN draft.changeset AS n ON n.changeset_id = o.changeset_id AND n.published_at > c.published_at
    JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
    WHERE t.changeset_id = change_set AND NOT app.is_taken_back(n.changeset_id, c.published_at);
    IF later IS NOT NULL THEN
        PERFORM app.refuse('changeset_followed', change_set::text, later);
    END IF;
    IF EXISTS (
        -- A leaf whose closed records are not one and the same shape from valid_from to infinity.
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
        PERFORM app.refuse('changeset_many_stretches', change_set::text);
    END IF;
    INSERT INTO draft.changeset (area_code, together_with, network, title, valid_from, is_dated, policy, ground, undoes)
    VALUES (c.area_code, c.together_with, c.network,
            left('undo ' || change_set || coalesce(': ' || nullif(c.title, ''), ''), 200), c.valid_from, true, 'move', 'any', change_set)
    RETURNING changeset_id INTO opened;
    PERFORM app.put_back(opened, change_set);
    RETURN opened;
END $$;
COMMENT ON FUNCTION app.undo_changeset(bigint) IS
'Open a change set that restores what another one altered; refuses if the same areas were altered since';
GRANT EXECUTE ON FUNCTION app.undo_changeset(bigint) TO gisgrid_service;
