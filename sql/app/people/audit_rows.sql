CREATE FUNCTION app.audit_rows(
    asked_who text, asked_what text, asked_from timestamptz, asked_to timestamptz, before bigint, most integer
) RETURNS TABLE (audit_id bigint, at timestamptz, who text, what text, subject text, facts jsonb, digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') AND NOT EXISTS (
        SELECT FROM core.account AS c WHERE c.name = app.actor() AND c.disabled_at IS NULL
        AND app.may(c.role, 'see_audit')) THEN
        PERFORM app.refuse('audit_not_read');
    END IF;
    RETURN QUERY
    SELECT a.audit_id, a.at, a.who, a.what, a.subject, a.facts, encode(a.digest, 'hex')
    FROM core.audit AS a
    WHERE (asked_who IS NULL OR a.who = asked_who) AND (asked_what IS NULL OR a.what = asked_what)
        AND (asked_from IS NULL OR a.at >= asked_from) AND (asked_to IS NULL OR a.at < asked_to)
        AND (before IS NULL OR a.audit_id < before)
    ORDER BY a.audit_id DESC LIMIT most;
END $$;
COMMENT ON FUNCTION app.audit_rows(text, text, timestamptz, timestamptz, bigint, integer) IS
'Rows of the audit trail, the newest first, for who may read it; null filters nothing';
GRANT EXECUTE ON FUNCTION app.audit_rows(text, text, timestamptz, timestamptz, bigint, integer) TO gisgrid_service;
