CREATE FUNCTION app.previews_in_scope() RETURNS SETOF draft.preview_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A function makes the rows: an arrow begins at a camera or device, and EXPLAIN (ANALYZE) on a table with row policies
-- counts the arrows of other towns. The owner sees all arrows. All see how many tickets at private places lie in what
-- is altered (what = tickets). Which of them would move is written when somebody saves or asks who may read
-- them, and shown to nobody else.
BEGIN
    RETURN QUERY
    SELECT p.* FROM draft.preview_row AS p JOIN draft.changeset AS c USING (changeset_id)
    WHERE app.may_change(c.path || c.areas)
      AND (p.private_path IS NULL OR app.may_read(p.private_path));
END $$;
COMMENT ON FUNCTION app.previews_in_scope() IS
'What publishing would relocate, for the change sets in the caller''s scope';
GRANT EXECUTE ON FUNCTION app.previews_in_scope() TO gisgrid_service, gisgrid_editor;
