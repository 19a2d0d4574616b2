CREATE FUNCTION app.review_changeset(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- For whoever asks by name: take over what others published, as publishing would, then write problems and preview.
-- Returns how many errors stand against publishing; where there are any, the preview is empty.
DECLARE
    c draft.changeset;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
    IF c.published_at IS NOT NULL OR c.status = 'discarded' THEN
        RAISE EXCEPTION E'变更集 % 已%\nchange set % is % already', change_set,
            CASE c.status WHEN 'discarded' THEN '作废' ELSE '发布' END, change_set, c.status
            USING ERRCODE = 'GG002', HINT = E'只有尚未生效的才能检查和预览\nonly what is not live yet can be checked and previewed';
    END IF;
    PERFORM app.check_saved(change_set);
    RETURN (SELECT count(*) FROM draft.problem WHERE changeset_id = change_set AND severity = 'error');
END $$;
COMMENT ON FUNCTION app.review_changeset(bigint) IS
'Take over what others published, then write the problems and the preview of a draft; returns the number of errors';
GRANT EXECUTE ON FUNCTION app.review_changeset(bigint) TO gisgrid_service;
