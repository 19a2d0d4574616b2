COMMENT ON TABLE work.source IS
'Value list: on which way a report came; tickets loaded from another system may have that one''s name instead';
COMMENT ON COLUMN work.source.said_by IS 'Who may say so in a report; nobody: the door itself says it';
GRANT SELECT ON work.source TO gisgrid_service, gisgrid_viewer;
