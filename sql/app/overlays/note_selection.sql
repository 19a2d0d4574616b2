CREATE FUNCTION app.note_selection(kind text, codes text [], notice_id uuid, targets bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT app.note(
    'devices',
    CASE WHEN note_selection.notice_id IS NULL THEN 'selected' ELSE 'handed_over' END,
    jsonb_build_object(
        'count', cardinality(note_selection.codes), 'kind', note_selection.kind, 'of', note_selection.codes,
        'notice', note_selection.notice_id, 'targets', note_selection.targets
    )
);
END;
COMMENT ON FUNCTION app.note_selection(text, text [], uuid, bigint) IS
'Note which devices somebody selected on the map, and whether he handed their list to other programs';
GRANT EXECUTE ON FUNCTION app.note_selection(text, text [], uuid, bigint) TO gisgrid_service;
