CREATE FUNCTION app.count_patrol_bins(squares jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Squares in which a cell went to another area: what is kept only grows, so they are counted again, and those above.
-- Each square by itself (LATERAL ... OFFSET 0): how many there are the planner does not know, and a join would compare
-- each with each.
DECLARE
    side constant float8 := 40075016.68557849 / 16384 / 32;
BEGIN
    DELETE FROM overlay.patrol_bin AS b WHERE b.ctid = ANY(ARRAY(
        SELECT o.spot
        FROM (
            SELECT DISTINCT z.zoom, q.x >> (14 - z.zoom) AS x, q.y >> (14 - z.zoom) AS y
            FROM jsonb_to_recordset(squares) AS q(x integer, y integer)
            CROSS JOIN unnest('{10,12,13,14}'::integer []) AS z (zoom)
        ) AS q
        CROSS JOIN LATERAL (
            SELECT e.ctid AS spot FROM overlay.patrol_bin AS e
            WHERE (e.zoom, e.x, e.y) = (q.zoom, q.x, q.y) OFFSET 0) AS o));
    INSERT INTO overlay.patrol_bin (zoom, x, y, path, seen_at)
    SELECT 14, q.x, q.y, p.path, max(p.seen_at)
    FROM jsonb_to_recordset(squares) AS q(x integer, y integer)
    CROSS JOIN LATERAL (
        SELECT c.path, c.seen_at FROM overlay.patrol_cell AS c
        WHERE c.geom_3857 && st_makeenvelope(q.x * side, q.y * side, (q.x + 1) * side, (q.y + 1) * side, 3857)
          AND floor(st_xmin(c.geom_3857) / side) = q.x AND floor(st_ymin(c.geom_3857) / side) = q.y OFFSET 0) AS p
    GROUP BY q.x, q.y, p.path;
    INSERT INTO overlay.patrol_bin (zoom, x, y, path, seen_at)
    SELECT q.zoom, q.x, q.y, b.path, max(b.seen_at)
    FROM (
        SELECT DISTINCT z.zoom, o.x >> (14 - z.zoom) AS x, o.y >> (14 - z.zoom) AS y, 1 << (14 - z.zoom) AS side
        FROM jsonb_to_recordset(squares) AS o(x integer, y integer)
        CROSS JOIN unnest('{10,12,13}'::integer []) AS z (zoom)
    ) AS q
    CROSS JOIN LATERAL (
        SELECT c.path, c.seen_at FROM overlay.patrol_bin AS c
        WHERE c.zoom = 14 AND c.x BETWEEN q.x * q.side AND q.x * q.side + q.side - 1
          AND c.y BETWEEN q.y * q.side AND q.y * q.side + q.side - 1 OFFSET 0) AS b
    GROUP BY q.zoom, q.x, q.y, b.path;
END $$;
COMMENT ON FUNCTION app.count_patrol_bins(jsonb) IS
'Count these squares (x, y at zoom 14) of overlay.patrol_bin again, and the larger ones that hold them';
