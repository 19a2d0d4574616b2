-- Long because it is one statement over one snapshot: own records, those that old shapes pass on, and their sums.
CREATE FUNCTION app.area_records(
    level text, area_id bigint, network text, received_from timestamptz, received_to timestamptz, at timestamptz
)
RETURNS TABLE (
    area_id bigint, received double precision, closed double precision, overdue double precision,
    on_time double precision, hours double precision, carried double precision, code text, name text, kind text
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The rule of app.statistics, for all areas at once. Tickets are counted by the area version that holds them. A
-- version that applies at `at` counts wholly for its own area. An older one counts for the grids of `at` by the shares
-- of its ground that were kept when the later of both was published, and for the areas above by the sum of these: of
-- base grids, or where none lies below a special grid, of special ones. MATERIALIZED: rows of areas are wide, so they
-- are read once.
WITH live AS MATERIALIZED (
    SELECT
        v.area_id,
        v.area_version_id,
        v.level,
        v.kind,
        v.code,
        v.name,
        v.path
    FROM app.area_at(area_records.at) AS v
    WHERE v.network = area_records.network
),

target AS MATERIALIZED (
    SELECT
        l.area_id,
        l.area_version_id,
        l.code,
        l.name,
        l.kind
    FROM live AS l
    WHERE l.level = area_records.level AND (area_records.area_id = 0 OR l.path @> ARRAY[area_records.area_id])
),

counted AS MATERIALIZED (
    SELECT
        row_number() OVER () AS n,
        s.path,
        s.area_version_id,
        s.received::double precision AS received,
        s.closed::double precision AS closed,
        s.overdue::double precision AS overdue,
        s.on_time::double precision AS on_time,
        s.microseconds::double precision / 3600000000 AS hours
    FROM app.leaf_sums(
        area_records.network, 0, '', area_records.received_from, area_records.received_to, area_records.at,
        has_paths => false
    ) AS s
),

lying AS (
    -- Of which of these areas is what a version holds?
    SELECT
        l.area_version_id,
        t.area_id
    FROM live AS l
    INNER JOIN target AS t ON l.area_id = t.area_id
    WHERE area_records.level = 'grid'
    UNION ALL
    SELECT
        l.area_version_id,
        t.area_id
    FROM live AS l
    CROSS JOIN LATERAL unnest(l.path) AS e (area_id)
    INNER JOIN target AS t ON e.area_id = t.area_id
    WHERE area_records.level <> 'grid'
),

old AS MATERIALIZED (
    SELECT
        c.n,
        v.path,
        v.kind,
        s.shape_id,
        v.area_version_id
    FROM counted AS c
    INNER JOIN core.area_version AS v ON c.area_version_id = v.area_version_id
    INNER JOIN core.version_shape AS s ON c.area_version_id = s.area_version_id
    WHERE NOT EXISTS (SELECT FROM live AS l WHERE l.area_version_id = c.area_version_id)
),

passed AS MATERIALIZED (
    SELECT
        o.n,
        o.kind AS from_kind,
        o.path AS from_path,
        l.kind,
        CASE WHEN area_records.level = 'grid' THEN ARRAY[l.area_id] ELSE l.path END AS path,
        g.share
    FROM old AS o
    CROSS JOIN LATERAL (
        SELECT
            o.shape_id AS other_id,
            1::double precision AS share
        UNION ALL
        SELECT
            s.other_id,
            s.share
        FROM core.shared_ground AS s
        WHERE s.shape_id = o.shape_id
    ) AS g
    INNER JOIN core.version_shape AS x ON g.other_id = x.shape_id
    INNER JOIN live AS l ON x.area_version_id = l.area_version_id
),

by_kind AS (
    SELECT
        t.area_id,
        p.n,
        p.kind,
        least(sum(p.share), 1) AS share,
        bool_or(p.from_path @> ARRAY[t.area_id]) AS is_own
    FROM passed AS p
    CROSS JOIN LATERAL unnest(p.path) AS e (area_id)
    INNER JOIN target AS t ON e.area_id = t.area_id
    WHERE area_records.level <> 'grid' OR p.from_kind = p.kind
    GROUP BY t.area_id, p.n, p.kind
),

share AS (
    SELECT
        k.area_id,
        k.n,
        max(k.share) AS share,
        bool_or(k.is_own) AS is_own
    FROM by_kind AS k
    GROUP BY k.area_id, k.n
    UNION ALL
    -- An area above that has no grids any more keeps its drawn shape; nothing is kept of it.
    SELECT
        t.area_id,
        o.n,
        CASE
            WHEN st_covers(a.geom, v.geom) THEN 1
            WHEN NOT st_relate(a.geom, v.geom, '2********') THEN 0
            ELSE st_area(st_collectionextract(st_intersection(a.geom, v.geom, app.lattice_deg()), 3)) / st_area(v.geom)
        END,
        o.path @> ARRAY[t.area_id]
    FROM target AS t
    INNER JOIN core.area_version AS a ON t.area_version_id = a.area_version_id
    INNER JOIN core.area_version AS v ON v.geom && a.geom AND v.level = 'grid'
    INNER JOIN old AS o ON v.area_version_id = o.area_version_id
    WHERE
        area_records.level <> 'grid'
        AND NOT EXISTS (SELECT FROM live AS l WHERE l.level = 'grid' AND l.path @> ARRAY[t.area_id])
),

part AS (
    SELECT
        x.area_id,
        c.received,
        c.closed,
        c.overdue,
        c.on_time,
        c.hours,
        0 AS carried
    FROM counted AS c
    INNER JOIN lying AS x ON c.area_version_id = x.area_version_id
    UNION ALL
    SELECT
        e.area_id,
        c.received,
        c.closed,
        c.overdue,
        c.on_time,
        c.hours,
        0 AS carried
    FROM counted AS c
    CROSS JOIN LATERAL unnest(c.path) AS e (area_id)
    WHERE c.area_version_id IS NULL
    UNION ALL
    SELECT
        s.area_id,
        c.received * s.share AS received,
        c.closed * s.share AS closed,
        c.overdue * s.share AS overdue,
        c.on_time * s.share AS on_time,
        c.hours * s.share AS hours,
        CASE WHEN s.is_own THEN 0 ELSE c.received * s.share END AS carried
    FROM share AS s
    INNER JOIN counted AS c ON s.n = c.n
),

summed AS (
    SELECT
        p.area_id,
        sum(p.received) AS received,
        sum(p.closed) AS closed,
        sum(p.overdue) AS overdue,
        sum(p.on_time) AS on_time,
        sum(p.hours) AS hours,
        sum(p.carried) AS carried
    FROM part AS p
    GROUP BY p.area_id
)

SELECT
    t.area_id,
    coalesce(s.received, 0) AS received,
    coalesce(s.closed, 0) AS closed,
    coalesce(s.overdue, 0) AS overdue,
    coalesce(s.on_time, 0) AS on_time,
    coalesce(s.hours, 0) AS hours,
    coalesce(s.carried, 0) AS carried,
    t.code,
    t.name,
    t.kind
FROM target AS t
LEFT JOIN summed AS s ON t.area_id = s.area_id;
END;
COMMENT ON FUNCTION app.area_records(text, bigint, text, timestamptz, timestamptz, timestamptz) IS
'Tickets received from..to on the ground that each area of a level holds at an instant, those of older versions by '
'share '
'of ground: received, closed, overdue, in time, hours until closed; carried: of received, those of other areas'' '
'versions. Tickets and grids as they stood then';
GRANT EXECUTE ON FUNCTION
app.area_records(text, bigint, text, timestamptz, timestamptz, timestamptz)
TO gisgrid_service, gisgrid_viewer;
