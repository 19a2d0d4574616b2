COMMENT ON TABLE core.audit IS 'Who did what, and who read whom: append-only, each row''s digest covers the row before it';
COMMENT ON COLUMN core.audit.audit_id IS 'The place in the chain, without gaps';
COMMENT ON COLUMN core.audit.at IS 'When it was done; the order of the chain is that of sealing, a second later at most';
COMMENT ON COLUMN core.audit.who IS 'An account, a database login, machine/NAME for who owns the machine; empty: a stranger';
COMMENT ON COLUMN core.audit.facts IS 'What is known of it; never a value of a private column';
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON core.audit
FOR EACH ROW EXECUTE FUNCTION app.audit_only_grows();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON core.audit
FOR EACH STATEMENT EXECUTE FUNCTION app.audit_only_grows();
