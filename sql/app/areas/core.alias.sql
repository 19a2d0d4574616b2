COMMENT ON TABLE core.alias IS
'What a department calls an area of another network, from-to: its own code, still looked up; one may name several';
COMMENT ON COLUMN core.alias.network IS 'Whose code it is: the department''s network';
COMMENT ON COLUMN core.alias.share IS 'Share of the area''s ground that was the alias''s when it was noted';
GRANT SELECT ON core.alias TO gisgrid_service, gisgrid_viewer;
