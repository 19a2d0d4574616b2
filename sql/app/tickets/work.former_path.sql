COMMENT ON TABLE work.former_path IS
'The areas that a ticket was on before it went to others; rows are only appended. work.ticket.path is the present path';
COMMENT ON COLUMN work.former_path.valid_to IS
'From when on the ticket is on other areas: the date of the change set that relocated it, in the past for a correction';
COMMENT ON COLUMN work.former_path.recorded_to IS 'Until when the path was recorded as the ticket''s present one';
COMMENT ON COLUMN work.former_path.area_version_id IS
'The version of the grid that the ticket was assigned to; null: outside every grid';
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_path
FOR EACH STATEMENT EXECUTE FUNCTION app.former_append();
-- Read by app.former_path_then alone, which knows whose former grids are private.
