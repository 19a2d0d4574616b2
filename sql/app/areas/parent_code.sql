CREATE FUNCTION app.parent_code(network text, code text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The segments of the levels above, in their order; null where the network's codes have no tree.
SELECT string_agg(substr(parent_code.code, p.start::integer, p.width), '' ORDER BY p.position)
FROM (
    SELECT
        s.position,
        s.level,
        s.width,
        1 + coalesce(
            sum(s.width) OVER (ORDER BY s.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
        ) AS start
    FROM core.code_segment AS s
    WHERE s.network = parent_code.network
) AS p
WHERE p.level <> 'grid';
END;
COMMENT ON FUNCTION app.parent_code(text, text) IS 'Which area is above the grid with this code, by the code itself?';
GRANT EXECUTE ON FUNCTION app.parent_code(text, text) TO gisgrid_editor;
