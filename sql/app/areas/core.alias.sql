COMMENT ON TABLE core.alias IS
'The code by which a department calls an area of another network, from-to. One code may name several areas';
COMMENT ON COLUMN core.alias.network IS 'The department''s network, to which the code belongs';
COMMENT ON COLUMN core.alias.share IS
'Share of the area''s ground that the alias'' area held when the alias was recorded';
GRANT SELECT ON core.alias TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.alias
FOR EACH ROW EXECUTE FUNCTION app.note_change('alias', 'alias');
