CREATE FUNCTION app.refuse_problems(change_set bigint, errors bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The refusal rolls back the rows of draft.problem too, so its sentence holds the first five problems.
DECLARE
    first record;
BEGIN
    SELECT string_agg(p.zh, '；' ORDER BY p.problem_id) AS zh, string_agg(p.en, '; ' ORDER BY p.problem_id) AS en,
           string_agg(DISTINCT p.remedy_zh, '；') AS remedy_zh, string_agg(DISTINCT p.remedy, '; ') AS remedy
    INTO first FROM (
        SELECT q.*, concat_ws('：', n.code, q.message_zh) AS zh, concat_ws(': ', n.code, q.message) AS en
        FROM draft.problem AS q
        CROSS JOIN LATERAL (SELECT CASE WHEN strpos(q.message, q.code) = 0 THEN q.code END AS code) AS n
        WHERE q.changeset_id = change_set AND q.severity = 'error'
        ORDER BY q.problem_id LIMIT 5) AS p;
    PERFORM app.refuse('problems', change_set::text, errors::text, first.zh, first.en, first.remedy_zh, first.remedy);
END $$;
COMMENT ON FUNCTION app.refuse_problems(bigint, bigint) IS
'Refuse a publish with the first problems that the check found';
