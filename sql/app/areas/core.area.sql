COMMENT ON TABLE core.area IS 'The area that a code names; a code is never used again for another area';
GRANT SELECT ON core.area TO gisgrid_service, gisgrid_viewer;
