CREATE FUNCTION app.forget_audit(before timestamptz, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- From the beginning of the chain only, so that what is left is a chain: its root is the last row that went. The newest
-- row stays.
DECLARE
    last core.audit;
    h core.audit_head;
BEGIN
    SELECT x.* INTO h FROM core.audit_head AS x FOR UPDATE;
    SELECT a.* INTO last FROM core.audit AS a
    WHERE a.audit_id > h.root_id AND a.audit_id <= h.root_id + batch AND a.audit_id < h.audit_id AND a.audit_id < coalesce((
        SELECT min(y.audit_id) FROM core.audit AS y
        WHERE y.audit_id > h.root_id AND y.audit_id <= h.root_id + batch AND y.at >= before), 9223372036854775807)
    ORDER BY a.audit_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    UPDATE core.audit_head AS x SET root_id = last.audit_id, root_digest = last.digest;
    DELETE FROM core.audit AS a WHERE a.audit_id <= last.audit_id;
    RETURN last.audit_id - h.root_id;
END $$;
COMMENT ON FUNCTION app.forget_audit(timestamptz, integer) IS
'Forget rows of the audit trail from before, from the beginning of its chain; returns how many';
