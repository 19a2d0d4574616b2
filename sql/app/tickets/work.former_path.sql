COMMENT ON TABLE work.former_path IS
'On which areas a ticket stood before it came to others; append only. The last ones are its own path';
COMMENT ON COLUMN work.former_path.valid_to IS
'From when on it stands elsewhere: the date of the change set that it followed, which a correction has in the past';
COMMENT ON COLUMN work.former_path.recorded_to IS 'Until when this was believed';
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_path
FOR EACH STATEMENT EXECUTE FUNCTION app.former_append();
GRANT SELECT ON work.former_path TO gisgrid_service, gisgrid_viewer;
