COMMENT ON TABLE core.level IS 'Value list: the levels of areas, the top one first; the last one is the leaf level';
COMMENT ON COLUMN core.level.calls_departments IS '吹哨: may accounts of this level call departments in to a ticket?';
GRANT SELECT ON core.level TO gisgrid_service, gisgrid_viewer;
