CREATE FUNCTION app.check_waiting(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Warns of leaves that a change set which waits for its date draws or ends too, and of ground that both draw: one of the
-- two will be refused, on the later of the two days.
DECLARE
    w draft.changeset;
BEGIN
    -- One at a time: mostly none waits, and the change set that is published now is not compared with itself.
    FOR w IN
        SELECT x.* FROM draft.changeset AS c
        JOIN draft.changeset AS x ON x.network = c.network AND x.status = 'published' AND x.published_at IS NULL
            AND x.changeset_id <> c.changeset_id
        WHERE c.changeset_id = change_set ORDER BY x.changeset_id
    LOOP
        INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
        SELECT DISTINCT ON (m.code) change_set, m.code, 'waiting', 'warning',
               format('change set %s, which waits for %s, redraws %s too; the later of the two will be refused',
                      w.changeset_id, app.name_instant(w.valid_from), o.code),
               format('agree with %s on one of the two, and discard the other or draw it again', w.opened_by),
               format('等待 %2$s 生效的变更集 %1$s 也改画了 %3$s；两者中后生效的将被拒绝', w.changeset_id,
                      app.name_instant(w.valid_from), o.code),
               format('与 %s 商定保留哪一个，另一个作废或重画', w.opened_by), coalesce(m.geom, o.geom)
        FROM app.drawn_leaf(change_set) AS m
        JOIN (
            SELECT l.code, l.code AS own_code, l.is_ended, l.geom FROM app.drawn_leaf(w.changeset_id) AS l
            UNION ALL
            SELECT l.code, d.code, false, l.geom
            FROM app.drawn_leaf(change_set) AS d
            CROSS JOIN LATERAL app.draft_leaf_near(w.changeset_id, d.geom) AS l
            WHERE l.is_changed AND l.code <> d.code AND l.kind = d.kind AND NOT d.is_ended AND d.is_sound
              AND st_relate(d.geom, l.geom, '2********') AND NOT app.overlaps_by_rounding(d.geom, l.geom)
        ) AS o ON o.own_code = m.code AND NOT (m.is_ended AND o.is_ended)
        ORDER BY m.code, o.code <> m.code, o.code;
    END LOOP;
END $$;
COMMENT ON FUNCTION app.check_waiting(bigint) IS
'Warn of what a change set and another one that waits for its date both redraw';
