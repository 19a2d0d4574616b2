COMMENT ON TABLE core.account_role IS 'Value list: the roles of people who sign in';
COMMENT ON COLUMN core.account_role.post_roles IS
'For an account without a person: mine are the posts of these roles on the account''s area';
COMMENT ON COLUMN core.account_role.works_in IS
'Where accounts of this role work: area, department, district (the whole district unless the account names an area), '
'or audit (sees no area''s private rows)';
COMMENT ON COLUMN core.account_role.login_under IS
'The group of the database login that an account of this role gets as well; null: no login';
COMMENT ON COLUMN core.account_role.home IS
'The page of the viewer that somebody of this role begins with; map: no page of its own';
GRANT SELECT ON core.account_role TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.account_role
FOR EACH ROW EXECUTE FUNCTION app.note_change('role', 'role');
