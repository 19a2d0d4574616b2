CREATE FUNCTION app.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Arguments: what the row is called, the column that names it, and the columns whose new values may be said. Of the
-- others only the names are: a trail that held telephone numbers would be a second place to guard.
DECLARE
    former jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    present jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    changed text[] := ARRAY(
        SELECT k.name FROM jsonb_object_keys(former || present) AS k (name)
        WHERE former -> k.name IS DISTINCT FROM present -> k.name AND k.name <> ALL ('{path,geom}') ORDER BY 1);
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM app.note(TG_ARGV[0], coalesce(present ->> TG_ARGV[1], former ->> TG_ARGV[1], ''), jsonb_build_object(
            'did', lower(TG_OP), 'columns', changed, 'now', (
                SELECT coalesce(jsonb_object_agg(k.name, present -> k.name), '{}')
                FROM unnest(TG_ARGV[2:]) AS k (name) WHERE k.name = ANY (changed) AND present ? k.name)));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.note_change() IS
'Note a changed row for the audit trail: who, which row, which columns, and the values of those that its trigger names';
