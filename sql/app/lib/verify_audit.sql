CREATE FUNCTION app.verify_audit(kept_id bigint DEFAULT NULL, kept_digest text DEFAULT NULL)
RETURNS TABLE (audit_id bigint, digest text, broken_id bigint, why text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The first thing that is wrong, from the beginning of the chain.
DECLARE
    h core.audit_head;
BEGIN
    SELECT x.* INTO h FROM core.audit_head AS x;
    audit_id := h.audit_id;
    digest := encode(h.digest, 'hex');
    SELECT CASE WHEN f.audit_id > f.former_id + 1 THEN f.former_id + 1 ELSE f.audit_id END,
        CASE WHEN f.audit_id > f.former_id + 1 THEN 'missing' ELSE 'changed' END INTO broken_id, why
    FROM (
        SELECT a.audit_id, lag(a.audit_id, 1, h.root_id) OVER w AS former_id,
            a.digest IS DISTINCT FROM app.audit_digest(lag(a.digest, 1, h.root_digest) OVER w, a) AS is_changed
        FROM core.audit AS a WINDOW w AS (ORDER BY a.audit_id)) AS f
    WHERE f.is_changed OR f.audit_id <> f.former_id + 1 ORDER BY f.audit_id LIMIT 1;
    IF broken_id IS NULL THEN
        SELECT CASE WHEN t.last_id < h.audit_id THEN t.last_id ELSE h.audit_id END + 1,
            CASE WHEN t.last_id < h.audit_id THEN 'missing' ELSE 'added' END INTO broken_id, why
        FROM (SELECT coalesce(max(a.audit_id), h.root_id) AS last_id FROM core.audit AS a) AS t WHERE t.last_id <> h.audit_id;
    END IF;
    IF broken_id IS NULL AND kept_id > h.audit_id THEN
        broken_id := h.audit_id + 1;
        why := 'missing';
    ELSIF broken_id IS NULL AND kept_id > h.root_id AND kept_digest IS DISTINCT FROM (
        SELECT encode(a.digest, 'hex') FROM core.audit AS a WHERE a.audit_id = kept_id) THEN
        broken_id := kept_id;
        why := 'other than was kept';
    ELSIF broken_id IS NULL AND kept_id = h.root_id AND kept_id > 0 AND kept_digest <> encode(h.root_digest, 'hex') THEN
        broken_id := kept_id;
        why := 'other than was kept';
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.verify_audit(bigint, text) IS
'The end of the audit trail, and the first row that is missing, changed or added, with why; null: it is whole. '
'kept_id, kept_digest: an end that was kept elsewhere, which the chain has to lead through';
