COMMENT ON TABLE core.code_segment IS
'The grammar of a network''s codes, segment by segment, as its scheme says; no rows: any text, no tree';
COMMENT ON COLUMN core.code_segment.level IS 'The segment stands in the codes of this level and of those below it';
COMMENT ON COLUMN core.code_segment.first_low IS 'New numbers are taken from first_low to first_high';
GRANT SELECT ON core.code_segment TO gisgrid_service, gisgrid_viewer;
