COMMENT ON TABLE core.roster IS
'The days on which a post works a shift: valid_from and every so many days after. A shift belongs to the day it begins';
ALTER TABLE core.roster ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_is_seen_with_its_post ON core.roster FOR SELECT
USING (EXISTS (SELECT 1 FROM core.post AS p WHERE p.post_id = roster.post_id));
GRANT SELECT ON core.roster TO gisgrid_service;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.roster
FOR EACH ROW EXECUTE FUNCTION app.note_change('roster', 'post_id');
