COMMENT ON TABLE work.escalation IS 'How long after its due time a ticket is escalated to a level';
GRANT SELECT ON work.escalation TO gisgrid_service, gisgrid_viewer;
