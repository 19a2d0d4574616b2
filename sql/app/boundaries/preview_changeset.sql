CREATE FUNCTION app.preview_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Publish really, with what others published taken over, read what would be relocated, and roll all of it back: so
-- preview and publish cannot differ. Takes no lock that intake waits for. Returns how many things would be relocated;
-- the number means nothing if the check finds errors.
DECLARE
    reopened jsonb;
    moves jsonb := '[]';
    moved bigint;
    recorded timestamptz;
BEGIN
    DELETE FROM draft.preview_row WHERE changeset_id = change_set;
    BEGIN
        UPDATE draft.changeset SET valid_from = clock_timestamp() WHERE changeset_id = change_set AND NOT is_dated;
        PERFORM app.rebase_draft(change_set) FROM draft.changeset AS c WHERE c.changeset_id = change_set AND c.is_filled;
        PERFORM app.stage_changeset(change_set);
        recorded := app.flip_versions(change_set);
        UPDATE draft.changeset SET published_at = recorded WHERE changeset_id = change_set;
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'what', 'post', 'id', r.post_id, 'from', o.code, 'to', n.code, 'geom', st_asewkt(r.arrow, 15))), '[]')
        INTO reopened FROM app.reopen_posts(change_set) AS r
        JOIN core.area AS n ON n.area_id = r.to_area_id
        LEFT JOIN core.area AS o ON o.area_id = r.from_area_id;
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'what', f.what, 'id', f.id, 'from', f.from_code, 'to', f.to_code, 'geom', st_asewkt(f.arrow, 15),
            'path', f.private_path::text)), '[]')
        INTO moves FROM (
            -- A ticket's arrow begins at its public location, which for a category of homes is not the exact point.
            SELECT t.what, t.id, t.from_code, t.to_code,
                   CASE WHEN t.what = 'ticket'
                        THEN st_makeline(coalesce(k.geom, st_endpoint(t.arrow)), st_endpoint(t.arrow)) ELSE t.arrow END AS arrow,
                   CASE WHEN NOT k.has_public_point THEN k.path END AS private_path
            FROM app.to_relocate(change_set) AS t
            CROSS JOIN draft.changeset AS c
            LEFT JOIN work.ticket AS k ON t.what = 'ticket' AND k.number = t.id
            WHERE c.changeset_id = change_set AND t.from_code IS DISTINCT FROM t.to_code
              -- What another town has on a wrong grid of its own is put right by the way, and not shown.
              AND (t.path @> c.path OR EXISTS (
                  SELECT FROM core.area_version AS v
                  WHERE v.network = c.network AND v.code = t.from_code AND v.path @> c.path))
            UNION ALL
            SELECT 'post', e.post_id::text, o.code, n.code, e.arrow, NULL
            FROM app.ending_post(change_set) AS e
            JOIN core.area AS o ON o.area_id = e.from_area_id
            LEFT JOIN core.area AS n ON n.area_id = e.heir_id AND NOT e.is_taken
            UNION ALL
            SELECT 'special', s.code, s.from_code, s.to_code, s.arrow, NULL
            FROM app.relocated_special(change_set, recorded) AS s
            UNION ALL
            SELECT 'tickets', p.tickets::text, p.code, NULL, p.mark, NULL FROM app.private_tickets(change_set) AS p
        ) AS f;
        RAISE EXCEPTION 'taken back' USING ERRCODE = 'GG900';
    EXCEPTION WHEN SQLSTATE 'GG900' THEN
        NULL;
    END;
    INSERT INTO draft.preview_row (preview_id, changeset_id, what, id, from_code, to_code, geom, private_path)
    SELECT CASE WHEN m->>'path' IS NULL THEN nextval('draft.preview_id_seq')
                ELSE nextval('draft.preview_private_id_seq') END,
           change_set, m->>'what', m->>'id', m->>'from', m->>'to', (m->>'geom')::geometry, (m->>'path')::bigint[]
    FROM jsonb_array_elements(reopened || moves) AS m
    WHERE m->>'path' IS NULL OR app.may_read((m->>'path')::bigint[]);
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;
COMMENT ON FUNCTION app.preview_changeset(bigint) IS
'Write into draft.preview what publishing a draft would relocate, by publishing it and rolling back';
