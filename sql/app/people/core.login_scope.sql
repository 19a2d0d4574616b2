COMMENT ON TABLE core.login_scope IS
'Which area a database login (QGIS) may see. app.scope looks it up by session_user, which a session cannot set';
COMMENT ON COLUMN core.login_scope.verifier IS
'PostgreSQL''s SCRAM verifier of the password: it makes a login again that a restore lost, and signs nobody in';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.login_scope
FOR EACH ROW EXECUTE FUNCTION app.note_change('login', 'login', 'role', 'area_id');
