COMMENT ON TABLE work.source IS
'Value list: the way by which a report came; tickets loaded from another system may name that system instead';
COMMENT ON COLUMN work.source.said_by IS
'Which callers may name this source in a report: anybody, signed_in; nobody: the program sets it';
GRANT SELECT ON work.source TO gisgrid_service, gisgrid_viewer;
