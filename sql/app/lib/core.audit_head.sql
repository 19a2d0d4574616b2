COMMENT ON TABLE core.audit_head IS 'The end of the chain of core.audit, so that a tail that was cut off is missed; one row';
COMMENT ON COLUMN core.audit_head.root_id IS 'The last row that was forgotten, before which nothing is kept; 0: none was';
COMMENT ON COLUMN core.audit_head.root_digest IS 'The digest of that row, which the first one that is left covers';
