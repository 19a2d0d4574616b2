CREATE FUNCTION app.check_names(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'name', 'error', 'the area has no name', 'give it a name; if it has none, its code',
           '区域没有名称', '填写名称；没有名称的填编码', d.geom
    FROM app.draft_leaf(change_set) AS d
    WHERE d.is_changed AND coalesce(d.name, '') = '';
END $$;
COMMENT ON FUNCTION app.check_names(bigint) IS 'Write into draft.problem the changed areas of a draft that have no name';
