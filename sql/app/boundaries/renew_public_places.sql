CREATE FUNCTION app.renew_public_places(change_set bigint, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Open tickets with a private point are shown by their grid alone. Version and label point of before the redraw would
-- separate tickets that stayed from tickets that came with the ground, whose homes lie in what the grid gained.
DECLARE
    renewed bigint;
BEGIN
    WITH live AS (
        SELECT v.area_id, v.area_version_id, v.label_point
        FROM draft.touched AS u
        CROSS JOIN LATERAL (
            SELECT a.* FROM app.area_at(clock_timestamp()) AS a WHERE a.area_id = u.area_id AND a.level = 'grid' OFFSET 0
        ) AS v
        WHERE u.changeset_id = change_set
    ),
    stays AS (
        SELECT t.ticket_id, v.area_version_id, v.label_point
        FROM live AS v
        JOIN work.ticket AS t ON t.area_id = v.area_id AND t.area_version_id <> v.area_version_id
        WHERE t.closed_at IS NULL AND NOT t.has_public_point
        LIMIT batch
        FOR UPDATE OF t
    )
    UPDATE work.ticket AS t SET
        area_version_id = s.area_version_id,
        geom = CASE WHEN t.geom IS NOT NULL THEN s.label_point END
    FROM stays AS s WHERE t.ticket_id = s.ticket_id;
    GET DIAGNOSTICS renewed = ROW_COUNT;
    RETURN renewed;
END $$;
COMMENT ON FUNCTION app.renew_public_places(bigint, integer) IS
'After a publish, show one batch of tickets with a private point by the present shape of their grid; returns how many';
