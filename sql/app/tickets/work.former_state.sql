COMMENT ON TABLE work.former_state IS
'The closing time of tickets that were reopened, and earlier due times; rows are only appended';
COMMENT ON COLUMN work.former_state.solved_in_grid IS
'Had its grid solved it alone? null: it was open, a duplicate, or not known';
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_state
FOR EACH STATEMENT EXECUTE FUNCTION app.former_append();
GRANT SELECT ON work.former_state TO gisgrid_service, gisgrid_viewer;
