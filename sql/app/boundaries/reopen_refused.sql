CREATE FUNCTION app.reopen_refused(change_set bigint, why text []) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A change set that waited, and that its check refused on its day: open again, with its problems. The notice names its
-- author and the accounts of its areas, and of those above, whose role hears of it.
DECLARE
    c draft.changeset;
BEGIN
    UPDATE draft.changeset SET status = 'open', summary = jsonb_build_object('refused', to_jsonb(why))
    WHERE changeset_id = change_set RETURNING * INTO c;
    INSERT INTO work.outbox (changeset_id, topic, left_path, payload) VALUES (
        change_set, 'changeset.refused', c.path || c.areas, jsonb_build_object(
            'changeset', change_set,
            'area', c.area_code,
            'network', c.network,
            'valid_from', c.valid_from,
            'opened_by', c.opened_by,
            'supervisors', (
                SELECT coalesce(jsonb_agg(a.name ORDER BY a.name), '[]')
                FROM core.account AS a
                JOIN core.permission AS p ON p.role = a.role AND p.action = 'hear_of_boundaries'
                WHERE a.disabled_at IS NULL AND a.area_id = ANY(c.path || c.areas)),
            'problems', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'code', q.code, 'kind', q.kind, 'message', q.message, 'message_zh', q.message_zh)), '[]')
                FROM (
                    SELECT r.* FROM draft.problem AS r WHERE r.changeset_id = change_set AND r.severity = 'error'
                    ORDER BY r.problem_id LIMIT 5) AS q)));
END $$;
COMMENT ON FUNCTION app.reopen_refused(bigint, text []) IS
'Open a change set again that was refused on its day, and tell its author and the supervisors of its areas';
