CREATE FUNCTION app.note_export(subject text, facts jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT app.note('export', note_export.subject, note_export.facts);
END;
COMMENT ON FUNCTION app.note_export(text, jsonb) IS 'Note that a file was made, and of what';
GRANT EXECUTE ON FUNCTION app.note_export(text, jsonb) TO gisgrid_service;
