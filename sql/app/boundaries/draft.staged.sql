COMMENT ON TABLE draft.staged IS
'Versions that are ready to go live; publishing fills and empties the table. geom null: the area ends';
