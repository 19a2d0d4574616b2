COMMENT ON TABLE core.area_version IS
'One shape of one area: valid from-to in the world, recorded from-to in this database. Rows are added, never changed';
COMMENT ON COLUMN core.area_version.path IS
'area_id of every area above and of itself, from the top; begins with 0, the whole';
COMMENT ON COLUMN core.area_version.label_point IS 'A point inside the shape, as far from its edge as may be';
COMMENT ON COLUMN core.area_version.area_m2 IS 'Geodesic area, square metres';
CREATE TRIGGER only_close_the_record BEFORE UPDATE OR DELETE ON core.area_version
FOR EACH ROW EXECUTE FUNCTION app.only_close_the_record();
GRANT SELECT ON core.area_version TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER keep_ground AFTER INSERT ON core.area_version
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.keep_ground();
