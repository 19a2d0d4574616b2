CREATE FUNCTION app.find_named(words text, network text DEFAULT 'base')
RETURNS TABLE (
    what text, code text, name text, area_id bigint, area_code text, area_name text, geom geometry, rank integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- rank 0: the name or code is equal; 1: it begins with the words; 2: it contains them. A building may be written
-- 柑园巷网格3栋, the area before it. Posts are public, their holders are not looked at; places are seen by scope.
WITH sought AS (SELECT lower(regexp_replace(normalize(find_named.words, nfkc), '\s', '', 'g')) AS words),

known AS (
    SELECT 'area' AS what, v.code, v.name, v.area_id, v.code AS area_code, v.name AS area_name, NULL::geometry AS geom
    FROM app.area_at(now()) AS v
    WHERE v.network = find_named.network
    UNION ALL
    SELECT 'place', p.code, p.name, v.area_id, v.code AS area_code, v.name AS area_name, p.geom
    FROM overlay.place AS p
    LEFT JOIN app.area_at(now()) AS v ON p.area_id = v.area_id
    WHERE p.path && app.scope()
    UNION ALL
    SELECT *
    FROM (
        SELECT DISTINCT ON (p.area_id, p.title)
            'post', 'post-' || p.post_id AS code, p.title, v.area_id, v.code AS area_code, v.name AS area_name, p.geom
        FROM core.post AS p
        INNER JOIN app.area_at(now()) AS v ON p.area_id = v.area_id
        WHERE
            v.network = find_named.network AND p.title IS NOT NULL
            AND p.valid_from <= now() AND p.valid_to > now()
        ORDER BY p.area_id, p.title, p.geom IS NULL, p.post_id
    ) AS post
)

SELECT
    f.what,
    f.code,
    f.name,
    f.area_id,
    f.area_code,
    f.area_name,
    f.geom,
    f.rank
FROM (
    SELECT
        k.*,
        min(CASE
            WHEN n.called = s.words THEN 0
            WHEN starts_with(n.called, s.words) THEN 1
            WHEN strpos(n.called, s.words) > 0 AND n.is_name THEN 2
        END) AS rank
    FROM sought AS s
    CROSS JOIN known AS k
    CROSS JOIN LATERAL (
        SELECT
            lower(regexp_replace(normalize(c.said, nfkc), '\s', '', 'g')) AS called,
            c.is_name
        FROM (VALUES
            (k.code, false),
            (k.name, true),
            (CASE WHEN k.what <> 'area' THEN k.area_name || k.name END, false)) AS c (said, is_name)
        WHERE c.said IS NOT NULL
    ) AS n
    WHERE s.words <> ''
    GROUP BY k.what, k.code, k.name, k.area_id, k.area_code, k.area_name, k.geom
) AS f
WHERE f.rank IS NOT NULL
ORDER BY f.rank, f.code COLLATE "C";
END;
COMMENT ON FUNCTION app.find_named(text, text) IS
'Which areas, posts, places and buildings could these words mean, by code or name? rank: 0 equal, 1 begins, 2 contains';
GRANT EXECUTE ON FUNCTION app.find_named(text, text) TO gisgrid_service;
