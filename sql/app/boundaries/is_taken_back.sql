CREATE FUNCTION app.is_taken_back(change_set bigint, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
-- True for a change set published after `since` and undone, and for its undo, unless the undo was undone in turn.
SELECT count(*) > 0
FROM draft.changeset AS n
INNER JOIN draft.changeset AS u
    ON u.published_at IS NOT NULL AND (n.changeset_id = u.undoes OR n.changeset_id = u.changeset_id)
INNER JOIN draft.changeset AS target ON u.undoes = target.changeset_id
WHERE
    n.changeset_id = is_taken_back.change_set AND target.published_at > is_taken_back.since
    AND NOT EXISTS (
        SELECT FROM draft.changeset AS redo
        WHERE redo.undoes = u.changeset_id AND redo.published_at IS NOT NULL
    );
END;
COMMENT ON FUNCTION app.is_taken_back(bigint, timestamptz) IS
'Was this change set undone, or is it the undo of a later one?';
