COMMENT ON TABLE core.sign_in_group IS
'What role somebody has here who is in this group of the city''s own provider of sign-ins; the first that he is in counts';
COMMENT ON COLUMN core.sign_in_group.group_name IS 'As the provider names it';
COMMENT ON COLUMN core.sign_in_group.position IS 'The order in which groups are looked for: the one that was added first';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.sign_in_group
FOR EACH ROW EXECUTE FUNCTION app.note_change('group', 'group_name', 'group_name', 'role', 'area_id', 'department');
CREATE TRIGGER guard_account BEFORE INSERT OR UPDATE OF role, area_id, department ON core.sign_in_group
FOR EACH ROW EXECUTE FUNCTION app.guard_account();
