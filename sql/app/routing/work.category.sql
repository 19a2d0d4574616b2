CREATE TRIGGER keep_used_category BEFORE DELETE ON work.category
FOR EACH ROW EXECUTE FUNCTION app.keep_used_category();
CREATE TRIGGER grow_category_tree AFTER INSERT OR UPDATE OF parent ON work.category
FOR EACH STATEMENT EXECUTE FUNCTION app.grow_category_tree();
GRANT SELECT ON work.category TO gisgrid_service, gisgrid_viewer;
