COMMENT ON TABLE core.permission IS 'Which role may do what: the one place; app.may reads it, the API tells it as may';
GRANT SELECT ON core.permission TO gisgrid_service, gisgrid_viewer;
