CREATE FUNCTION app.plain_shape(shape geometry) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
-- What drawing tools and pasted features bring and the ground does not need: heights, measures, arcs, single polygons.
DECLARE
    flat geometry := st_force2d(shape);
BEGIN
    IF shape IS NULL OR st_isempty(shape) THEN
        RETURN NULL;
    END IF;
    IF st_srid(flat) <> 4326 THEN
        PERFORM app.refuse('other_system', st_srid(flat)::text);
    END IF;
    IF geometrytype(flat) IN ('CURVEPOLYGON', 'MULTISURFACE') THEN
        flat := st_curvetoline(flat);
    END IF;
    IF geometrytype(flat) NOT IN ('POLYGON', 'MULTIPOLYGON') THEN
        PERFORM app.refuse('no_polygon', geometrytype(flat));
    END IF;
    IF st_npoints(flat) > app.most_corners() THEN
        PERFORM app.refuse('too_many_corners', st_npoints(flat)::text, app.most_corners()::text);
    END IF;
    IF st_xmin(flat) < -180 OR st_xmax(flat) > 180 OR st_ymin(flat) < -90 OR st_ymax(flat) > 90 THEN
        PERFORM app.refuse('outside_the_world', st_xmin(flat)::text, st_xmax(flat)::text,
                           st_ymin(flat)::text, st_ymax(flat)::text);
    END IF;
    RETURN st_multi(flat);
END $$;
COMMENT ON FUNCTION app.plain_shape(geometry) IS
'A drawn shape as a multipolygon without heights; refuses other kinds of shapes, what is not in EPSG:4326, or too fine';
GRANT EXECUTE ON FUNCTION app.plain_shape(geometry) TO gisgrid_editor;
