COMMENT ON TABLE core.audit_head IS 'The end of the chain of core.audit, so that a tail that was cut off is missed; one row';
