CREATE FUNCTION app.figure_boxes(paths bigint []) RETURNS TABLE (first_zoom integer, last_zoom integer, box box2d)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT
    f.first_zoom,
    f.last_zoom,
    f.box
FROM (
    SELECT
        box2d(a.geom) AS box,
        a.figure_until AS last_zoom,
        coalesce(max(a.figure_until) OVER (
            PARTITION BY d.path_number ORDER BY d.depth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) + 1, 0) AS first_zoom
    FROM (
        SELECT
            p.area_id,
            p.depth,
            count(*) FILTER (WHERE p.area_id = 0) OVER (ORDER BY p.depth) AS path_number
        FROM unnest(figure_boxes.paths) WITH ORDINALITY AS p (area_id, depth)
    ) AS d
    INNER JOIN app.figure_area() AS a ON d.area_id = a.area_id
) AS f
WHERE f.first_zoom <= f.last_zoom;
END;
COMMENT ON FUNCTION app.figure_boxes(bigint []) IS
'In which zooms has each area of these paths (one after the other, each begins with 0) the figure of open work for those '
'below it, now, and where does it lie (degrees)? A tile of such a zoom shows that figure only if it meets the box';
GRANT EXECUTE ON FUNCTION app.figure_boxes(bigint []) TO gisgrid_service;
