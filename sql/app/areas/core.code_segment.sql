COMMENT ON TABLE core.code_segment IS
'The segments of a network''s codes, as its code scheme defines them. A network without rows: any text, no tree';
COMMENT ON COLUMN core.code_segment.level IS 'The codes of this level and of all levels below it have the segment';
COMMENT ON COLUMN core.code_segment.first_low IS 'New numbers are taken from first_low to first_high';
GRANT SELECT ON core.code_segment TO gisgrid_service, gisgrid_viewer;
