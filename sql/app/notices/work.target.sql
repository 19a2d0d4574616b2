COMMENT ON TABLE work.target IS 'Who is told: an end point, a group''s robot, a mailbox; of which topics, area, category';
COMMENT ON COLUMN work.target.topics IS 'Topics, a last * standing for anything; empty: all';
COMMENT ON COLUMN work.target.area_id IS 'Tickets of this area''s subtree only; null: of everywhere';
COMMENT ON COLUMN work.target.has_words IS 'Trusted with the words of its area''s tickets; all others get public facts';
COMMENT ON COLUMN work.target.may_be_private IS 'Its address may lie in a private network';
COMMENT ON COLUMN work.target.failures IS 'Failures of the end point since it last answered';
COMMENT ON COLUMN work.target.next_at IS 'Nothing is sent to it before';
