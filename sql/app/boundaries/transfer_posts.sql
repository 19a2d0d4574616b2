CREATE FUNCTION app.transfer_posts(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Posts without a point stay with their area. A post of an area that ended is transferred to the grid that took most of
-- the ground, unless that grid has a post of the role. An undo reopens the posts. Paths become those of the live areas.
DECLARE
    c draft.changeset;
    live_at timestamptz;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    live_at := greatest(c.valid_from, clock_timestamp());
    PERFORM app.reopen_posts(change_set);
    WITH ended AS MATERIALIZED (
        SELECT p.*, e.heir_id, e.heir_path, e.is_taken
        FROM app.ending_post(change_set) AS e JOIN core.post AS p ON p.post_id = e.post_id
    ), closed AS (
        UPDATE core.post AS p SET valid_to = c.valid_from, closed_by_changeset = change_set
        FROM ended AS e WHERE p.post_id = e.post_id
    )
    INSERT INTO core.post (area_id, path, role, person_id, title, department, geom, is_public, valid_from,
                           valid_to, opened_by_changeset)
    SELECT e.heir_id, e.heir_path, e.role, e.person_id, e.title, e.department, e.geom, e.is_public, c.valid_from,
           e.valid_to, change_set
    FROM ended AS e
    WHERE e.heir_id IS NOT NULL AND NOT e.is_taken;

    INSERT INTO core.roster (post_id, shift, valid_from, valid_to, every_days, weekdays)
    SELECT n.post_id, r.shift, r.valid_from, r.valid_to, r.every_days, r.weekdays
    FROM core.post AS o
    JOIN core.post AS n ON n.opened_by_changeset = change_set AND n.role = o.role
        AND n.person_id IS NOT DISTINCT FROM o.person_id AND n.title IS NOT DISTINCT FROM o.title
    JOIN core.roster AS r ON r.post_id = o.post_id
    WHERE o.closed_by_changeset = change_set
    ON CONFLICT DO NOTHING;

    UPDATE core.post AS o SET path = v.path
    FROM draft.touched AS t
    CROSS JOIN app.area_at(live_at) AS v
    WHERE t.changeset_id = change_set AND v.area_id = t.area_id AND o.area_id = v.area_id AND o.path <> v.path;
END $$;
COMMENT ON FUNCTION app.transfer_posts(bigint) IS
'Transfer posts of grids that ended to the grid that took most of their ground';
