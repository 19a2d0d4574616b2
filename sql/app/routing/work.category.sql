COMMENT ON TABLE work.category IS
'What a report can be about, how soon it is due, and how exact its public location is';
COMMENT ON COLUMN work.category.path IS
'The categories above and the category itself, from the top; begins with '''', any category';
COMMENT ON COLUMN work.category.retired_at IS 'From when on no new report may have the category; null: in use';
COMMENT ON COLUMN work.category.needs_words IS
'Must a report say something (true), or do its place and picture do? Null: as the category above says (app.needs_words)';
CREATE TRIGGER keep_used_category BEFORE DELETE ON work.category
FOR EACH ROW EXECUTE FUNCTION app.keep_used_category();
CREATE TRIGGER grow_category_tree AFTER INSERT OR UPDATE OF parent ON work.category
FOR EACH STATEMENT EXECUTE FUNCTION app.grow_category_tree();
CREATE TRIGGER record_move AFTER UPDATE ON work.category
FOR EACH ROW WHEN (old.path <> new.path) EXECUTE FUNCTION app.record_category_change();
GRANT SELECT ON work.category TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.category
FOR EACH ROW EXECUTE FUNCTION app.note_change('category', 'category');
