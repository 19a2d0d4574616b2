COMMENT ON TABLE core.audit_note IS 'What was done and waits to be appended to core.audit';
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON core.audit_note
FOR EACH ROW EXECUTE FUNCTION app.audit_only_grows();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON core.audit_note
FOR EACH STATEMENT EXECUTE FUNCTION app.audit_only_grows();
