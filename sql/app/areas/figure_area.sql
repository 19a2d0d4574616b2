CREATE FUNCTION app.figure_area() RETURNS TABLE (
    area_id bigint,
    parent_id bigint,
    path bigint [],
    network text,
    is_grid boolean,
    geom geometry,
    geom_3857 geometry,
    label_point geometry,
    figure_until integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- An area gives way to those below it once these are 32 px large on average (a pixel of a 512-pixel tile at 35° north,
-- as in tile.area), and to its tickets, or those below it, once it is larger itself than a tile.
-- LIMIT: the box is read once, from the head of the shape, and not for each of its corners.
SELECT
    v.area_id,
    v.parent_id,
    v.path,
    v.network,
    v.level = 'grid' AS is_grid,
    v.geom,
    v.geom_3857,
    v.label_point,
    least(
        CASE
            WHEN v.level <> 'grid'
                THEN ceil(
                    ln((32 * 64116) ^ 2 * greatest((
                        SELECT count(*) FROM app.area_at(NULL) AS b WHERE b.parent_id = v.area_id
                    ), 1) / v.area_m2) / ln(4::float8)
                )
        END,
        floor(ln(40075016.68557849::float8 / s.side_m) / ln(2::float8)) + 1
    )::integer - 1 AS figure_until
FROM app.area_at(NULL) AS v
CROSS JOIN LATERAL (
    SELECT greatest(st_xmax(e.box) - st_xmin(e.box), st_ymax(e.box) - st_ymin(e.box)) AS side_m
    FROM (SELECT box2d(v.geom_3857) AS box LIMIT 1) AS e
    LIMIT 1
) AS s;
END;
COMMENT ON FUNCTION app.figure_area() IS
'The areas of now, and until which zoom each may have a figure of open work on the map: beyond it, a grid shows its '
'tickets and another area gives way to those below it';
GRANT EXECUTE ON FUNCTION app.figure_area() TO gisgrid_service, gisgrid_viewer;
