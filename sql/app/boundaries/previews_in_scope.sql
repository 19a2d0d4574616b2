CREATE FUNCTION app.previews_in_scope() RETURNS SETOF draft.preview_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A function makes the rows: an arrow begins at a camera or device, and EXPLAIN (ANALYZE) on a table with row policies
-- counts the arrows of other towns. The owner sees all arrows. A ticket whose place is private is listed to whoever may
-- read its private half, and counted (what = tickets) to everybody else.
DECLARE
    is_owner boolean := pg_has_role(session_user, 'gisgrid_owner', 'MEMBER');
    private bigint[] := app.private_scope();
BEGIN
    RETURN QUERY
    SELECT p.* FROM draft.preview_row AS p JOIN draft.changeset AS c USING (changeset_id)
    WHERE app.may_change(c.path || c.areas)
      AND (p.private_path IS NULL OR (p.what = 'tickets') <> (is_owner OR p.private_path && private));
END $$;
COMMENT ON FUNCTION app.previews_in_scope() IS
'What publishing would relocate, for the change sets in the caller''s scope';
GRANT EXECUTE ON FUNCTION app.previews_in_scope() TO gisgrid_service, gisgrid_editor;
