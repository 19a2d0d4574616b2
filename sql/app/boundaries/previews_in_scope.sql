CREATE FUNCTION app.previews_in_scope() RETURNS SETOF draft.preview_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Rows made for the caller: an arrow begins where a camera or a device stands, and EXPLAIN (ANALYZE) over a table with a
-- policy counts the arrows of other towns. The owner sees all of them.
BEGIN
    RETURN QUERY
    SELECT p.* FROM draft.preview_row AS p JOIN draft.changeset AS c USING (changeset_id) WHERE app.may_change(c.path);
END $$;
COMMENT ON FUNCTION app.previews_in_scope() IS 'What publishing the change sets of the caller''s areas would move';
GRANT EXECUTE ON FUNCTION app.previews_in_scope() TO gisgrid_service, gisgrid_editor;
