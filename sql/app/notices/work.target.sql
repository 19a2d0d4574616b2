COMMENT ON TABLE work.target IS
'Targets of notices: an end point, a group''s robot or a mailbox, for some topics, an area, a category';
COMMENT ON COLUMN work.target.topics IS 'Topics that the target wants; a last * matches any ending; empty: all';
COMMENT ON COLUMN work.target.area_id IS 'Tickets of this area''s subtree only; null: of everywhere';
COMMENT ON COLUMN work.target.has_words IS
'May the target read the private words of its area''s tickets? Else it gets public facts';
COMMENT ON COLUMN work.target.may_be_private IS 'May the target''s address lie in a private network?';
COMMENT ON COLUMN work.target.failures IS 'Failed attempts since the target last answered';
COMMENT ON COLUMN work.target.next_at IS 'No notice is sent to the target before this time';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.target
FOR EACH ROW EXECUTE FUNCTION app.note_change('target', 'name');
