CREATE FUNCTION app.check_waiting(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Warns of leaves that a change set which waits for its date draws or ends too, and of ground that both draw: one of the
-- two will be refused, on the later of the two days.
BEGIN
    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT DISTINCT ON (m.code, w.changeset_id) change_set, m.code, 'waiting', 'warning',
           format('change set %s, which waits for %s, redraws %s too; the later of the two will be refused', w.changeset_id,
                  app.name_instant(w.valid_from), o.code),
           format('agree with %s on one of the two, and discard the other or draw it again', w.opened_by),
           format('等待 %2$s 生效的变更集 %1$s 也改画了 %3$s；两者中后生效的将被拒绝', w.changeset_id,
                  app.name_instant(w.valid_from), o.code),
           format('与 %s 商定保留哪一个，另一个作废或重画', w.opened_by), coalesce(m.geom, o.geom)
    FROM draft.changeset AS c
    JOIN draft.changeset AS w ON w.network = c.network AND w.status = 'published' AND w.published_at IS NULL
        AND w.changeset_id <> c.changeset_id
    CROSS JOIN LATERAL app.drawn_leaf(c.changeset_id) AS m
    JOIN LATERAL app.drawn_leaf(w.changeset_id) AS o ON o.code = m.code OR (
        m.geom && o.geom AND m.kind = o.kind AND NOT m.is_ended AND NOT o.is_ended AND st_isvalid(m.geom)
        AND st_relate(m.geom, o.geom, '2********') AND NOT app.overlaps_by_rounding(m.geom, o.geom))
    WHERE c.changeset_id = change_set
      AND NOT (m.code = o.code AND m.is_ended AND o.is_ended)
    ORDER BY m.code, w.changeset_id, o.code <> m.code;
END $$;
COMMENT ON FUNCTION app.check_waiting(bigint) IS
'Warn of what a change set and another one that waits for its date both redraw';
