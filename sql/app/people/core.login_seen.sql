COMMENT ON TABLE core.login_seen IS 'The latest database session of a person''s login that the audit trail tells of';
