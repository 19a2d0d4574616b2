CREATE FUNCTION app.audit_only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_note' AND EXISTS (
        SELECT FROM core.audit AS a WHERE a.note_id = OLD.note_id) THEN
        RETURN OLD;
    ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' AND EXISTS (  -- app.forget_audit has moved the root
        SELECT FROM core.audit_head AS h WHERE (to_jsonb(OLD) ->> 'audit_id')::bigint <= h.root_id) THEN
        RETURN OLD;
    END IF;
    PERFORM app.refuse('audit_only_grows');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.audit_only_grows() IS 'Guard: no row of the audit trail changes or goes; a note goes once it is sealed, and what is before the root of the chain';
