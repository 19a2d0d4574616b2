COMMENT ON TABLE core.lineage IS
'Which old areas became which new ones: share of the old one''s ground that went, share of the new one''s that came';
GRANT SELECT ON core.lineage TO gisgrid_service, gisgrid_viewer;
