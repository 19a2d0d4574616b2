CREATE FUNCTION app.note(what text, subject text, facts jsonb DEFAULT '{}', who text DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
INSERT INTO core.audit_note (who, what, subject, facts)
VALUES (coalesce(note.who, nullif(app.actor(), 'gisgrid_api'), ''), note.what, note.subject, note.facts);
END;
COMMENT ON FUNCTION app.note(text, text, jsonb, text) IS
'Leave a note for the audit trail, in the transaction of what it is about. who null: who acts; empty: a stranger';
