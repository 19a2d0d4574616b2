COMMENT ON TABLE work.target_kind IS 'Value list: the ways in which somebody can be told';
COMMENT ON COLUMN work.target_kind.pace IS
'At least this long between two notices: the robots of chat groups are silenced past 20 a minute';
GRANT SELECT ON work.target_kind TO gisgrid_service, gisgrid_viewer;
