COMMENT ON TABLE core.deployment IS 'One row: the settings with which this database was set up';
COMMENT ON COLUMN core.deployment.sample_loaded IS 'Null: no sample wanted; false: loading has begun; true: loaded';
COMMENT ON COLUMN core.deployment.zone IS 'The district''s time zone, for working hours, shifts and the days of rules';
COMMENT ON COLUMN core.deployment.due_soon IS 'How long before its due time a ticket is due soon';
COMMENT ON COLUMN core.deployment.calendar IS 'The calendar of public holidays that core.calendar_day was filled from';
COMMENT ON COLUMN core.deployment.far_m IS
'A report farther than this outside everything, and than its accuracy, is nobody''s work until somebody says where';
COMMENT ON COLUMN core.deployment.coarse_m IS
'A report with a worse accuracy than this is nobody''s work until somebody says where';
COMMENT ON COLUMN core.deployment.changes_forgotten IS
'The latest transaction whose rows of core.change were forgotten';
COMMENT ON COLUMN core.deployment.identity IS 'Who this database is; its folder of photos names the same';
COMMENT ON COLUMN core.deployment.home IS 'app.here() of the database itself; something else: this is a copy. Null: not said';
COMMENT ON COLUMN core.deployment.place IS 'The data directory that it was last served from: machine, path, number of the folder';
COMMENT ON COLUMN core.deployment.reopen_days IS
'For so many days after closing a reporter may reopen his report';
COMMENT ON COLUMN core.deployment.backup_finished_at IS 'When `gisgrid backup` last finished one; null: never';
CREATE TRIGGER refresh_work_span AFTER UPDATE OF zone ON core.deployment
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT (sample_loaded, zone, due_soon, calendar, far_m, coarse_m, changes_forgotten, identity, home)
ON core.deployment TO gisgrid_service;
