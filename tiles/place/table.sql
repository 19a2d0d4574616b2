ALTER TABLE overlay.place ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_is_in_scope ON overlay.place TO gisgrid_service USING (scope && app.service_scope());
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.place
FOR EACH ROW EXECUTE FUNCTION app.record_place_change();
CREATE TRIGGER date_place BEFORE INSERT OR UPDATE ON overlay.place
FOR EACH ROW EXECUTE FUNCTION app.date_place();
CREATE TRIGGER scope_place BEFORE INSERT OR UPDATE OF path, course ON overlay.place
FOR EACH ROW EXECUTE FUNCTION app.scope_place();
GRANT SELECT ON overlay.place TO gisgrid_service;
CREATE TRIGGER record_bins AFTER INSERT OR UPDATE OR DELETE ON overlay.place
FOR EACH ROW EXECUTE FUNCTION app.record_place_bins();
CREATE TRIGGER cut_place AFTER INSERT OR UPDATE OF course ON overlay.place
FOR EACH ROW EXECUTE FUNCTION app.cut_place();
