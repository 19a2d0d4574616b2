COMMENT ON TABLE core.lineage IS
'Which old areas became which new ones, with the share of the old area''s ground and the share of the new area''s '
'ground';
GRANT SELECT ON core.lineage TO gisgrid_service, gisgrid_viewer;
