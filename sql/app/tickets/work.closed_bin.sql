COMMENT ON TABLE work.closed_bin IS
'The closed tickets of a small cell (app.cell_side_m): how many, and where their middle is. Right unless the cell is in '
'work.ticket_bin_change';
COMMENT ON COLUMN work.closed_bin.ticket_id IS 'The first closed ticket of the cell';
GRANT SELECT ON work.closed_bin TO gisgrid_service, gisgrid_viewer;
