COMMENT ON TABLE core.permission IS 'Which role may do which action; app.may reads the table, the API lists it as may';
GRANT SELECT ON core.permission TO gisgrid_service, gisgrid_viewer;
