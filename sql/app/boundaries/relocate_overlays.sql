CREATE FUNCTION app.relocate_overlays(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Relocates things of every kind, posts with a point and patrol cells to the areas that hold them now. Of a patrol under
-- way it is only noted that the ground below it was redrawn.
BEGIN
    WITH move AS MATERIALIZED (SELECT * FROM app.to_relocate(change_set) AS f WHERE f.what <> 'ticket'),
    thing AS (
        UPDATE overlay.thing AS o SET area_id = m.to_area_id, path = m.path
        FROM move AS m WHERE o.tableoid = to_regclass('overlay.' || m.what) AND o.code = m.id
    )
    UPDATE core.post AS o SET area_id = m.to_area_id, path = m.path
    FROM move AS m WHERE m.what = 'post' AND o.post_id::text = m.id AND m.to_area_id IS NOT NULL;

    UPDATE overlay.patrol_cell AS o SET path = coalesce(l.path, '{0}')
    FROM draft.changeset AS c
    JOIN draft.touched AS t ON t.changeset_id = c.changeset_id
    JOIN core.area_version AS v ON v.area_id = t.area_id AND v.level = 'grid' AND v.valid_to > c.valid_from
        AND (v.recorded_to = c.published_at OR v.changeset_id = c.changeset_id AND v.recorded_to = 'infinity')
    JOIN overlay.patrol_cell AS s ON s.geom_3857 && v.geom_3857
    CROSS JOIN LATERAL app.locate(st_centroid(s.geom)) AS l
    WHERE c.changeset_id = change_set AND c.network = 'base'
      AND o.cell = s.cell AND o.path <> coalesce(l.path, '{0}');

    -- Lines that run through what was redrawn, wherever their middles are.
    UPDATE overlay.place AS o SET scope = n.scope
    FROM (
        SELECT DISTINCT p.place_id
        FROM draft.changeset AS c
        JOIN draft.touched AS t ON t.changeset_id = c.changeset_id
        JOIN core.area_version AS v ON v.area_id = t.area_id AND v.level = 'grid' AND v.valid_to > c.valid_from
            AND (v.recorded_to = c.published_at OR v.changeset_id = c.changeset_id AND v.recorded_to = 'infinity')
        JOIN overlay.place AS p ON coalesce(p.course, p.geom) && v.geom AND p.course IS NOT NULL
        WHERE c.changeset_id = change_set AND c.network = 'base'
    ) AS l
    JOIN overlay.place AS p ON p.place_id = l.place_id
    CROSS JOIN LATERAL (SELECT app.scope_of_course(p.course, p.path) AS scope) AS n
    WHERE o.place_id = p.place_id AND o.scope <> n.scope;

    -- Patrols under way on the ground that was redrawn: gisgrid.patrol.crossings looks where they are now.
    INSERT INTO overlay.presence AS p (worker, changeset_id, redrawn_at)
    SELECT DISTINCT w.worker, c.changeset_id, r.at
    FROM draft.changeset AS c
    CROSS JOIN LATERAL (SELECT greatest(c.valid_from, c.published_at) AS at) AS r
    JOIN draft.touched AS t ON t.changeset_id = c.changeset_id
    JOIN core.area_version AS v ON v.area_id = t.area_id AND v.level = 'grid' AND v.valid_to > c.valid_from
        AND (v.recorded_to = c.published_at OR v.changeset_id = c.changeset_id AND v.recorded_to = 'infinity')
    JOIN overlay.walker AS w ON st_dwithin(v.geom, w.geom, 1e-9) AND w.at > r.at - interval '30 minutes'
    WHERE c.changeset_id = change_set AND c.network = 'base'
    ORDER BY w.worker
    ON CONFLICT (worker) DO UPDATE SET changeset_id = excluded.changeset_id, redrawn_at = excluded.redrawn_at
    WHERE p.changeset_id IS DISTINCT FROM excluded.changeset_id;
END $$;
COMMENT ON FUNCTION app.relocate_overlays(bigint) IS
'Relocate things of every kind, posts with a point and patrol cells to the areas that hold them now';
