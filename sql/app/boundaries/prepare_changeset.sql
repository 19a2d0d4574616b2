CREATE FUNCTION app.prepare_changeset(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Take over what others published, check everything, stage. Raises GG001 with the first problems.
DECLARE
    c draft.changeset;
    errors bigint;
    found record;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF c.is_filled THEN
        PERFORM app.rebase_draft(change_set);
    END IF;
    errors := app.check_changeset(change_set);
    IF errors > 0 THEN
        SELECT string_agg(p.zh, '；' ORDER BY p.problem_id) AS zh, string_agg(p.en, '; ' ORDER BY p.problem_id) AS en,
               string_agg(DISTINCT p.remedy_zh, '；') AS remedy_zh, string_agg(DISTINCT p.remedy, '; ') AS remedy
        INTO found FROM (
            SELECT q.*, concat_ws('：', q.code, q.message_zh) AS zh, concat_ws(': ', q.code, q.message) AS en
            FROM draft.problem AS q WHERE q.changeset_id = change_set AND q.severity = 'error'
            ORDER BY q.problem_id LIMIT 5) AS p;
        -- What is refused is rolled back, the rows of draft.problem as well: the remedies are told here.
        RAISE EXCEPTION E'变更集 % 有 % 处错误：%\nchange set % has % error(s): %',
            change_set, errors, found.zh, change_set, errors, found.en
            USING ERRCODE = 'GG001', HINT = format(E'%s。改好后保存草稿，再发布；被拒绝的发布不写入任何内容，'
                '问题图层在保存草稿、或保存变更集的另一日期或策略时更新\n%s. Then save the draft and publish again; '
                'a refused publish writes nothing: the problem layer is renewed when the draft, or another date or '
                'policy of its change set, is saved', found.remedy_zh, found.remedy);
    END IF;
    IF app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.stage_changeset(change_set);
    END IF;
END $$;
COMMENT ON FUNCTION app.prepare_changeset(bigint) IS
'All of publishing that can refuse: conflicts, checks, staging; raises GG001 with the problems';
