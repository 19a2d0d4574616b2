CREATE FUNCTION app.seal_audit() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- In a step of its own, because a chain has one end: writers who appended to it themselves would wait for each other,
-- a sign-in for a publish. The row of the head is the lock; a note that is committed later comes later in the chain.
DECLARE
    h core.audit_head;
    n core.audit_note;
    link core.audit;
    begun bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM core.audit_note) THEN
        RETURN 0;
    END IF;
    SELECT x.* INTO h FROM core.audit_head AS x FOR UPDATE;
    begun := h.audit_id;
    FOR n IN SELECT x.* FROM core.audit_note AS x ORDER BY x.note_id LIMIT 10000 LOOP
        link := ROW(h.audit_id + 1, n.note_id, n.at, n.who, n.what, n.subject, n.facts, ''::bytea);
        h.audit_id := link.audit_id;
        h.digest := app.audit_digest(h.digest, link);
        link.digest := h.digest;
        INSERT INTO core.audit VALUES (link.*);
    END LOOP;
    IF h.audit_id > begun THEN
        DELETE FROM core.audit_note AS x USING core.audit AS a WHERE a.note_id = x.note_id AND a.audit_id > begun;
        UPDATE core.audit_head AS x SET (audit_id, digest) = ROW(h.audit_id, h.digest);
    END IF;
    RETURN h.audit_id - begun;
END $$;
COMMENT ON FUNCTION app.seal_audit() IS 'Append the notes that wait to the chain of the audit trail, 10,000 at most; returns how many';
GRANT EXECUTE ON FUNCTION app.seal_audit() TO gisgrid_service;
