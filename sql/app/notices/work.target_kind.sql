COMMENT ON TABLE work.target_kind IS 'Value list: the kinds of targets (end point, robot, mailbox)';
COMMENT ON COLUMN work.target_kind.pace IS
'The shortest time between two notices to one target: chat groups silence a robot past 20 a minute';
GRANT SELECT ON work.target_kind TO gisgrid_service, gisgrid_viewer;
