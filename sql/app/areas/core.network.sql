COMMENT ON TABLE core.network IS
'A set of areas that covers the ground once: the base grids, or the grids of a department';
GRANT SELECT ON core.network TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.network
FOR EACH ROW EXECUTE FUNCTION app.note_change('network', 'network');
