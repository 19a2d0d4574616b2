CREATE FUNCTION app.union_areas(areas geometry []) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- A corner that lies on a straight line of a neighbour becomes a corner of both first. Else the union keeps a slit
-- there, as narrow as the last digit, which is drawn as a line.
SELECT app.without_hairlines(st_union(app.settle_leaf(a.geom, union_areas.areas, app.rounding_deg())))
FROM unnest(union_areas.areas) AS a (geom);
END;
COMMENT ON FUNCTION app.union_areas(geometry []) IS
'The ground of areas that lie side by side, without slits of rounding between them';
