COMMENT ON TABLE draft.staged IS
'Versions ready to go live, filled and emptied inside publish; without geom: the area ends';
