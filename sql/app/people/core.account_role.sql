COMMENT ON TABLE core.account_role IS 'Value list: the roles of people who sign in';
COMMENT ON COLUMN core.account_role.post_roles IS
'Whose posts on its own area are meant by mine, for an account that is bound to no person';
COMMENT ON COLUMN core.account_role.works_in IS
'What an account of this role is for: an area, a department anywhere, or (district) the whole where no area is named';
COMMENT ON COLUMN core.account_role.login_under IS
'The group under which an account of this role gets a database login as well; null: it gets none';
GRANT SELECT ON core.account_role TO gisgrid_service, gisgrid_viewer;
