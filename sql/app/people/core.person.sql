COMMENT ON TABLE core.person IS 'People who can hold a post; a caller sees those whose posts are in scope';
ALTER TABLE core.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_is_seen_with_a_post ON core.person FOR SELECT
USING (EXISTS (SELECT 1 FROM core.post AS p WHERE p.person_id = person.person_id));
CREATE POLICY person_is_added ON core.person FOR INSERT WITH CHECK (true);
GRANT SELECT ON core.person TO gisgrid_service;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.person
FOR EACH ROW EXECUTE FUNCTION app.note_change('person', 'person_id');
