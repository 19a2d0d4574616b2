COMMENT ON TABLE core.area IS 'What a code names, for ever: a code is never reused for another area';
GRANT SELECT ON core.area TO gisgrid_service, gisgrid_viewer;
