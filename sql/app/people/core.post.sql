COMMENT ON TABLE core.post IS 'A person in a role on an area, from-to';
COMMENT ON COLUMN core.post.opened_by_changeset IS 'The change set that transferred the post to this area, if one did';
COMMENT ON COLUMN core.post.closed_by_changeset IS 'The change set that ended the post with its area, if one did';
COMMENT ON COLUMN core.post.takes_over_from IS
'The post whose open tickets this one takes over when it begins; NULL: none, or they were taken over';
COMMENT ON COLUMN core.post.is_public IS
'May everybody read the name and telephone number of the person who holds the post?';
ALTER TABLE core.post ENABLE ROW LEVEL SECURITY;
CREATE POLICY post_is_seen_in_scope ON core.post FOR SELECT TO gisgrid_service
USING (path && app.service_private_scope());
CREATE POLICY post_is_written_in_scope ON core.post FOR ALL TO gisgrid_service
USING (path && app.service_private_scope());
GRANT SELECT ON core.post TO gisgrid_service;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.post
FOR EACH ROW EXECUTE FUNCTION app.note_change(
    'post', 'post_id', 'role', 'area_id', 'department', 'valid_from', 'valid_to', 'is_public'
);
