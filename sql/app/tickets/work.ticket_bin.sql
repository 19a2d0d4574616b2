COMMENT ON TABLE work.ticket_bin IS
'The tickets of a large cell (app.cell_side_m): how many, how many open, and where their middle is. Right unless one of '
'its small cells is in work.ticket_bin_change';
COMMENT ON COLUMN work.ticket_bin.ticket_id IS 'The first ticket of the cell';
COMMENT ON COLUMN work.ticket_bin.due_at IS 'When the first open ticket is due; null: none is open';
COMMENT ON COLUMN work.ticket_bin.sum_x_cm IS
'Whole centimetres of EPSG:3857: sums of integers do not depend on the order of rows';
GRANT SELECT ON work.ticket_bin TO gisgrid_service, gisgrid_viewer;
