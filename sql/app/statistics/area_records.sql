CREATE FUNCTION app.area_records(
    level text, area_id bigint, network text, received_from timestamptz, received_to timestamptz, at timestamptz
)
RETURNS TABLE (
    area_id bigint, received double precision, closed double precision, overdue double precision,
    on_time double precision, hours double precision, carried double precision
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The rule of app.statistics, for all areas at once. Tickets are counted by the area version that holds them.
-- A version that applies at `at` counts wholly for its own area. Only older versions are laid over the areas of `at`,
-- once: MATERIALIZED, because a planner without statistics repeats it for each area.
WITH target AS MATERIALIZED (
    SELECT
        v.area_id,
        v.area_version_id
    FROM app.area_at(area_records.at) AS v
    WHERE
        v.network = area_records.network AND v.level = area_records.level
        AND (area_records.area_id = 0 OR v.path @> ARRAY[area_records.area_id])
),

counted AS MATERIALIZED (
    SELECT
        row_number() OVER () AS shape,
        t.area_version_id,
        CASE WHEN t.area_version_id IS NULL THEN t.path END AS outside_path,
        count(*) AS received,
        count(*) FILTER (WHERE t.closed_at <= area_records.at) AS closed,
        count(*) FILTER (
            WHERE app.ticket_state(t.closed_at, t.due_at, area_records.at) = 'overdue'
        ) AS overdue,
        count(*) FILTER (WHERE t.closed_at <= area_records.at AND t.closed_at <= t.due_at) AS on_time,
        coalesce(sum(extract(EPOCH FROM t.closed_at - t.received_at)) FILTER (
            WHERE t.closed_at <= area_records.at
        ), 0) / 3600 AS hours
    FROM work.ticket AS t
    WHERE
        t.network = area_records.network
        AND t.received_at >= coalesce(area_records.received_from, '-infinity')
        AND t.received_at < coalesce(area_records.received_to, 'infinity')
        AND t.received_at <= area_records.at
    GROUP BY t.area_version_id, outside_path
),

placed AS MATERIALIZED (
    SELECT
        c.shape,
        coalesce(v.path, c.outside_path) AS path,
        v.kind,
        v.geom,
        c.area_version_id IS NULL OR n.area_version_id IS NOT NULL AS is_live
    FROM counted AS c
    LEFT JOIN core.area_version AS v ON c.area_version_id = v.area_version_id
    LEFT JOIN app.area_at(area_records.at) AS n ON c.area_version_id = n.area_version_id
),

share AS MATERIALIZED (
    SELECT
        e.area_id,
        p.shape,
        1::double precision AS share,
        true AS is_own
    FROM placed AS p
    CROSS JOIN LATERAL unnest(p.path) AS e (area_id)
    INNER JOIN target AS a ON e.area_id = a.area_id
    WHERE p.is_live
    UNION ALL
    SELECT
        a.area_id,
        p.shape,
        CASE
            WHEN st_covers(a.geom, p.geom) THEN 1
            WHEN NOT st_relate(a.geom, p.geom, '2********') THEN 0
            ELSE st_area(st_collectionextract(st_intersection(a.geom, p.geom, app.lattice_deg()), 3)) / st_area(p.geom)
        END AS share,
        p.path @> ARRAY[a.area_id] AS is_own
    FROM placed AS p
    -- Joined to core.area_version, not to target, to use the index of its shapes.
    INNER JOIN core.area_version AS a ON p.geom && a.geom AND (area_records.level <> 'grid' OR p.kind = a.kind)
    INNER JOIN target AS n ON a.area_version_id = n.area_version_id
    WHERE NOT p.is_live
)

SELECT
    a.area_id,
    coalesce(sum(c.received * s.share), 0) AS received,
    coalesce(sum(c.closed * s.share), 0) AS closed,
    coalesce(sum(c.overdue * s.share), 0) AS overdue,
    coalesce(sum(c.on_time * s.share), 0) AS on_time,
    coalesce(sum(c.hours * s.share), 0) AS hours,
    coalesce(sum(c.received * s.share) FILTER (WHERE NOT s.is_own), 0) AS carried
FROM target AS a
LEFT JOIN share AS s ON a.area_id = s.area_id
LEFT JOIN counted AS c ON s.shape = c.shape
GROUP BY a.area_id;
END;
COMMENT ON FUNCTION app.area_records(text, bigint, text, timestamptz, timestamptz, timestamptz) IS
'Tickets received from..to on the ground that each area of a level holds at an instant, those of older versions by '
'share '
'of ground: received, closed, overdue, in time, hours until closed; carried: of received, those of other areas'' '
'versions';
GRANT EXECUTE ON FUNCTION
app.area_records(text, bigint, text, timestamptz, timestamptz, timestamptz)
TO gisgrid_service, gisgrid_viewer;
