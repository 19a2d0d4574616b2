CREATE FUNCTION app.cell_side_m() RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 40075016.68557849 / 524288;
END;
COMMENT ON FUNCTION app.cell_side_m() IS
'How wide is a small cell of tickets, in metres of EPSG:3857? 32 px at zoom 15. Numbers of cells count from the origin; '
'a large cell, 64 px at zoom 13, is eight small ones wide, exactly';
GRANT EXECUTE ON FUNCTION app.cell_side_m() TO gisgrid_service, gisgrid_viewer;
