-- Long because it is one statement, from the corners that do not match to the rings with them.
CREATE FUNCTION app.settle_leaf(leaf geometry, beside geometry [], tolerance double precision) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- A corner of the leaf goes to the nearest corner beside it, else onto the nearest line beside it; a corner beside the
-- leaf's line becomes a corner of it. Only what does not match already is measured, because most lines match.
-- What is of the leaf as a whole is made once: made for every corner, a ring of 50,000 takes minutes.
WITH whole AS MATERIALIZED (
    SELECT
        st_boundary(settle_leaf.leaf) AS line,
        st_envelope(st_expand(settle_leaf.leaf, settle_leaf.tolerance)) AS box
),

standing AS MATERIALIZED (
    SELECT
        n.number,
        n.geom,
        st_boundary(n.geom) AS line
    FROM unnest(settle_leaf.beside) WITH ORDINALITY AS n (geom, number)
    WHERE n.geom && (SELECT w.box FROM whole AS w)
),

own AS MATERIALIZED (
    SELECT
        p.path,
        p.geom,
        lead(p.geom) OVER (PARTITION BY p.path[1:2] ORDER BY p.path) AS next
    FROM st_dumppoints(st_multi(settle_leaf.leaf)) AS p
),

corner AS MATERIALIZED (
    SELECT DISTINCT p.geom
    FROM standing AS s
    CROSS JOIN LATERAL st_dumppoints(s.geom) AS p
    WHERE p.geom && (SELECT w.box FROM whole AS w)
),

loose AS (  -- corners of the leaf that are no corners beside it, and the nearest line
    SELECT DISTINCT ON (o.geom)
        o.geom,
        st_closestpoint(s.line, o.geom) AS foot
    FROM (
        SELECT geom FROM own
        EXCEPT
        SELECT geom FROM corner
    ) AS o
    INNER JOIN standing AS s ON s.geom && st_expand(o.geom, settle_leaf.tolerance)
    WHERE
        st_intersects(s.line, st_expand(o.geom, settle_leaf.tolerance))
        AND st_distance(s.line, o.geom) < settle_leaf.tolerance
    ORDER BY o.geom, st_distance(s.line, o.geom), s.number
),

moved AS MATERIALIZED (
    SELECT
        l.geom,
        coalesce(n.geom, l.foot) AS target
    FROM loose AS l
    LEFT JOIN LATERAL (
        SELECT c.geom FROM corner AS c
        WHERE
            c.geom && st_expand(l.geom, settle_leaf.tolerance)
            AND st_distance(c.geom, l.geom) < settle_leaf.tolerance
        ORDER BY st_distance(c.geom, l.geom), c.geom
        LIMIT 1
    ) AS n ON true
    WHERE n.geom IS NOT NULL OR st_distance(l.foot, l.geom) > app.rounding_deg()  -- else it lies on the line
),

added AS MATERIALIZED (  -- corners beside the leaf that become corners of its nearest edge
    SELECT
        e.path,
        st_linelocatepoint(e.edge, c.geom) AS share,
        c.geom
    FROM (
        SELECT geom FROM corner
        EXCEPT
        SELECT geom FROM own
        EXCEPT
        SELECT target FROM moved
    ) AS c
    INNER JOIN whole AS w ON st_intersects(w.line, st_expand(c.geom, settle_leaf.tolerance))
    CROSS JOIN LATERAL (
        SELECT
            o.path,
            st_makeline(o.geom, o.next) AS edge
        FROM own AS o
        WHERE
            o.next IS NOT NULL
            AND st_dwithin(st_makeline(o.geom, o.next), c.geom, settle_leaf.tolerance)
        ORDER BY st_distance(st_makeline(o.geom, o.next), c.geom), o.path
        LIMIT 1
    ) AS e
),

drawn AS (
    SELECT
        o.path,
        -1 AS share,  -- before what is added
        coalesce(m.target, o.geom) AS geom
    FROM own AS o
    LEFT JOIN moved AS m ON o.geom = m.geom
    UNION ALL
    SELECT * FROM added
),

ring AS (
    SELECT
        d.path[1] AS part,
        d.path[2] AS number,
        st_removerepeatedpoints(st_makeline(d.geom ORDER BY d.path, d.share)) AS geom
    FROM drawn AS d
    GROUP BY d.path[1], d.path[2]
),

polygon AS (
    SELECT st_makepolygon(
        (array_agg(r.geom ORDER BY r.number))[1],
        coalesce(array_agg(r.geom ORDER BY r.number) FILTER (WHERE r.number > 1), '{}')
    ) AS geom
    FROM ring AS r
    GROUP BY r.part
)

SELECT
    CASE
        WHEN NOT EXISTS (SELECT FROM moved) AND NOT EXISTS (SELECT FROM added) THEN settle_leaf.leaf
        WHEN (SELECT bool_and(st_npoints(r.geom) > 3) FROM ring AS r)
            THEN (
                SELECT CASE WHEN st_isvalid(st_collect(p.geom)) THEN st_collect(p.geom) ELSE settle_leaf.leaf END
                FROM polygon AS p
            )
        ELSE settle_leaf.leaf
    END;
END;
COMMENT ON FUNCTION app.settle_leaf(geometry, geometry [], double precision) IS
'A leaf whose lines are the same as those beside it, where they differ by less than a tolerance (degrees)';
