CREATE TRIGGER note_new_ground AFTER INSERT ON overlay.ground
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.record_ground();
CREATE TRIGGER note_redrawn_ground AFTER UPDATE ON overlay.ground
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.record_ground();
CREATE TRIGGER note_left_ground AFTER UPDATE ON overlay.ground
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.record_ground();
CREATE TRIGGER note_gone_ground AFTER DELETE ON overlay.ground
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.record_ground();
GRANT SELECT ON overlay.ground TO gisgrid_service, gisgrid_viewer;
GRANT SELECT ON overlay.ground_kind TO gisgrid_service, gisgrid_viewer;
