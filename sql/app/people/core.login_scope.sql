COMMENT ON TABLE core.login_scope IS
'Which area a database login (QGIS) may see; looked up by session_user, cannot be set';
COMMENT ON COLUMN core.login_scope.verifier IS
'PostgreSQL''s SCRAM verifier of the login''s password, by which a login lost in a restore is made again; signs nobody in';
