CREATE FUNCTION app.hand_over_devices(ids bigint [], shape geometry, words text)
RETURNS TABLE (notice_id uuid, targets bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Where devices stand tells of homes, so app.address_notices sends the list to targets only that may read private words
-- of an area, and that area has to hold every one of the devices.
DECLARE
    is_owner boolean := pg_has_role(session_user, 'gisgrid_owner', 'MEMBER');
    written work.outbox;
BEGIN
    IF NOT is_owner AND NOT EXISTS (
        SELECT FROM core.account AS c
        WHERE c.name = app.actor() AND c.disabled_at IS NULL AND app.may(c.role, 'hand_over_devices')) THEN
        PERFORM app.refuse('devices_not_handed_over');
    END IF;
    WITH selected AS (
        SELECT d.*, a.code AS grid FROM overlay.device AS d LEFT JOIN core.area AS a USING (area_id)
        WHERE d.device_id = ANY(ids) AND (is_owner OR d.path && app.scope())
    )
    INSERT INTO work.outbox (topic, left_path, payload)
    SELECT 'device.selected',
        (SELECT array_agg(x.area_id) FROM (
            SELECT u.area_id FROM selected AS s CROSS JOIN unnest(s.path) AS u (area_id)
            GROUP BY u.area_id HAVING count(*) = (SELECT count(*) FROM selected)) AS x),
        jsonb_build_object(
            'by', app.actor(), 'words', nullif(hand_over_devices.words, ''), 'count', count(*),
            'polygon', st_asgeojson(shape, 7)::jsonb, 'system', 'wgs84',
            'devices', jsonb_agg(jsonb_build_object(
                'code', s.code, 'name', s.name, 'kind', s.kind, 'grid', s.grid,
                'lon', st_x(s.geom), 'lat', st_y(s.geom)) ORDER BY s.code))
    FROM selected AS s HAVING count(*) > 0
    RETURNING * INTO written;
    IF written.notice_id IS NOT NULL THEN
        RETURN QUERY SELECT written.notice_id,
            (SELECT count(*) FROM work.delivery AS d WHERE d.outbox_id = written.outbox_id);
    END IF;
END $$;
COMMENT ON FUNCTION app.hand_over_devices(bigint [], geometry, text) IS
'Write a notice of these devices of the caller''s scope, and to how many targets it goes; no row: none is in scope';
GRANT EXECUTE ON FUNCTION app.hand_over_devices(bigint [], geometry, text) TO gisgrid_service;
