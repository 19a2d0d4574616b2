CREATE FUNCTION app.statistics(
    area_id bigint, received_from timestamptz, received_to timestamptz, at timestamptz DEFAULT NULL
)
RETURNS TABLE (code text, is_own boolean, share double precision, received bigint, closed bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- A ticket counts for the ground of the area version that it was assigned to. Each version counts for the area by the
-- share of its ground that lies in the area at `at`. So one piece of ground can be compared over years, and the
-- statistics of all areas together miss only ground that was lost.
WITH area AS (
    SELECT v.area_id, v.network, v.level, v.kind, v.geom
    FROM app.area_at(statistics.at) AS v
    WHERE v.area_id = statistics.area_id
),

shape AS (
    SELECT
        v.area_version_id,
        v.code,
        v.geom,
        v.path @> ARRAY[statistics.area_id] AS is_own,
        a.geom AS area_geom
    FROM area AS a
    INNER JOIN core.area_version AS v
        ON
            v.network = a.network AND v.level = 'grid' AND v.geom && a.geom
            AND (a.level <> 'grid' OR v.kind = a.kind)
),

counted AS (
    SELECT
        t.area_version_id,
        count(*) FILTER (
            WHERE t.received_at >= statistics.received_from AND t.received_at < statistics.received_to
        ) AS received,
        count(*) FILTER (
            WHERE t.closed_at >= statistics.received_from AND t.closed_at < statistics.received_to
        ) AS closed
    FROM work.ticket AS t
    WHERE
        t.area_version_id IN (SELECT s.area_version_id FROM shape AS s)
        AND t.received_at < statistics.received_to
        AND (t.received_at >= statistics.received_from OR t.closed_at >= statistics.received_from)
    GROUP BY t.area_version_id
)

SELECT
    s.code,
    bool_or(s.is_own) AS is_own,
    x.share,
    sum(c.received)::bigint AS received,
    sum(c.closed)::bigint AS closed
FROM counted AS c
INNER JOIN shape AS s ON c.area_version_id = s.area_version_id
CROSS JOIN LATERAL (
    SELECT round((CASE
        WHEN st_covers(s.area_geom, s.geom) THEN 1
        WHEN NOT st_relate(s.area_geom, s.geom, '2********') THEN 0
        ELSE st_area(st_collectionextract(st_intersection(s.area_geom, s.geom, app.lattice_deg()), 3)) / st_area(s.geom)
    END)::numeric, 10)::double precision AS share
) AS x
WHERE x.share > 0
GROUP BY s.code, x.share
UNION ALL
    -- Outside every grid: tickets on the list of the area itself or of an area below it.
SELECT
    NULL,
    true,
    1,
    o.received,
    o.closed
FROM (
    SELECT
        count(*) FILTER (
            WHERE t.received_at >= statistics.received_from AND t.received_at < statistics.received_to
        ) AS received,
        count(*) FILTER (
            WHERE t.closed_at >= statistics.received_from AND t.closed_at < statistics.received_to
        ) AS closed
    FROM work.ticket AS t
    WHERE t.area_version_id IS NULL AND t.path @> ARRAY[statistics.area_id]
) AS o
WHERE o.received > 0 OR o.closed > 0
ORDER BY code, share DESC;
END;
COMMENT ON FUNCTION app.statistics(bigint, timestamptz, timestamptz, timestamptz) IS
'Tickets received and closed from..to on the ground that an area holds at an instant, by the code of the area version '
'that they were assigned to, with the share of that version in the area; code null: outside every grid';
GRANT EXECUTE ON FUNCTION app.statistics(bigint, timestamptz, timestamptz, timestamptz)
TO gisgrid_service, gisgrid_viewer;
