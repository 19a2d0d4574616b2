CREATE FUNCTION app.reopen_posts(change_set bigint)
RETURNS TABLE (post_id bigint, from_area_id bigint, to_area_id bigint, arrow geometry)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Reopen the posts that the undone change set closed, and end the posts that it opened in their place. Returns
-- the reopened posts, with the area of the ended ones (null: there was none). Preview and publish both call it, after
-- the new versions were written. Without an undo it does nothing.
DECLARE
    c draft.changeset;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    RETURN QUERY
    SELECT o.post_id, n.area_id, o.area_id,
           st_makeline(coalesce(f.label_point, a.label_point), coalesce(a.label_point, f.label_point))
    FROM core.post AS o
    LEFT JOIN LATERAL (
        SELECT p.area_id FROM core.post AS p
        WHERE p.opened_by_changeset = c.undoes AND p.role = o.role
          AND p.person_id IS NOT DISTINCT FROM o.person_id AND p.title IS NOT DISTINCT FROM o.title
        ORDER BY p.post_id LIMIT 1) AS n ON true
    LEFT JOIN LATERAL app.last_version(n.area_id) AS f ON true
    LEFT JOIN LATERAL app.last_version(o.area_id) AS a ON true
    WHERE o.closed_by_changeset = c.undoes
    ORDER BY o.post_id;
    UPDATE core.post AS o SET valid_to = 'infinity', closed_by_changeset = NULL WHERE o.closed_by_changeset = c.undoes;
    DELETE FROM core.post AS o WHERE o.opened_by_changeset = c.undoes
      AND NOT EXISTS (SELECT FROM work.ticket_private AS p WHERE p.post_id = o.post_id);
    UPDATE core.post AS o SET valid_to = greatest(c.valid_from, o.valid_from + interval '1 second'),
           closed_by_changeset = change_set
    WHERE o.opened_by_changeset = c.undoes AND o.valid_to = 'infinity';
END $$;
COMMENT ON FUNCTION app.reopen_posts(bigint) IS
'Reopen the posts that an undone change set closed; returns each with the area it comes from and the area it goes to';
