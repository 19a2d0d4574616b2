CREATE FUNCTION app.check_pieces(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Warns of what a draft may mean but mostly does not: a grid of far pieces, a grid that touches no other of its
-- community, a copy whose code was taken, ground outside the district. Only of leaves whose shape or community is new.
DECLARE
    c draft.changeset;
    outline geometry;  -- of the district as it is, without its holes; hairs of 0.1 mm are no way in
    grown geometry;
    top_name text;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'pieces', 'warning',
           format('a part of %s lies %s m from the rest', d.code, round(f.distance_m)),
           'give the part a code of its own, or give it to its neighbour',
           format('%s 有一部分距其余部分 %s 米', d.code, round(f.distance_m)), '给这一部分单独的编码，或归相邻网格', f.geom
    FROM draft.area AS d
    LEFT JOIN core.area_version AS b ON b.area_version_id = d.base_version_id
    CROSS JOIN LATERAL app.far_piece(d.geom) AS f
    WHERE d.changeset_id = change_set AND d.level = 'grid' AND d.is_changed AND d.is_sound
      AND (b.geom = d.geom) IS NOT TRUE;

    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'apart', 'warning',
           format('%s touches no other grid of %s', d.code, d.parent_code),
           'check its code: by its code a grid belongs to a community',
           format('%s 不与 %s 的任何其他网格相邻', d.code, d.parent_code), '核对编码：网格按编码归属社区', d.geom
    FROM draft.area AS d
    LEFT JOIN core.area_version AS b ON b.area_version_id = d.base_version_id
    LEFT JOIN core.area AS p ON p.area_id = b.parent_id
    WHERE d.changeset_id = change_set AND d.level = 'grid' AND d.kind = 'base' AND d.is_changed AND d.is_sound
      AND ((b.geom = d.geom) IS NOT TRUE OR p.code IS DISTINCT FROM d.parent_code)
      AND EXISTS (
          SELECT FROM draft.area AS s
          WHERE s.changeset_id = change_set AND s.parent_code = d.parent_code AND s.kind = 'base' AND s.level = 'grid'
            AND s.draft_area_id <> d.draft_area_id)
      AND NOT EXISTS (
          SELECT FROM app.draft_leaf_near(change_set, st_expand(d.geom, 1e-5)) AS s
          WHERE s.parent_code = d.parent_code AND s.kind = 'base' AND s.draft_area_id <> d.draft_area_id
            AND s.is_sound AND st_dwithin(s.geom, d.geom, 1e-5));  -- a metre: beside each other, not snapped

    INSERT INTO draft.problem (
        changeset_id, code, other_code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    WITH RECURSIVE origin AS (
        SELECT d.code, d.origin_code, d.geom, d.origin_code AS of FROM draft.area AS d
        WHERE d.changeset_id = change_set AND d.origin_code IS NOT NULL AND d.is_sound
        UNION
        SELECT o.code, o.origin_code, o.geom, d.origin_code
        FROM origin AS o JOIN draft.area AS d ON d.changeset_id = change_set AND d.code = o.of
        WHERE d.origin_code IS NOT NULL)
    SELECT change_set, o.code, o.origin_code, 'code_taken', 'warning',
           format('%s was copied as %s, which is the code of another grid of this draft', o.code, o.origin_code),
           'leave it, or give each of the two the code that it should have',
           format('%s 复制时的编码是 %s，而草稿中已有另一个 %s', o.code, o.origin_code, o.origin_code),
           '可以不改，或分别填写应有的编码', o.geom
    FROM origin AS o
    JOIN draft.base AS b ON b.changeset_id = change_set
    JOIN core.area_version AS v ON v.area_version_id = b.area_version_id AND v.code = o.of
    GROUP BY o.code, o.origin_code, o.geom
    HAVING NOT bool_or(st_relate(v.geom, o.geom, '2********'));  -- a part lies on ground of what it was cut from

    IF c.ground = 'keep' THEN
        RETURN;  -- more ground is an error then
    END IF;
    SELECT st_union(st_makepolygon(st_exteriorring(p.geom)), 1e-9), max(u.name)
    INTO outline, top_name
    FROM (
        SELECT st_union(v.geom, 1e-9) AS geom, string_agg(v.name, ', ' ORDER BY v.code) AS name
        FROM app.area_at(c.valid_from) AS v
        WHERE v.network = c.network AND v.level = 'district') AS u
    CROSS JOIN LATERAL st_dump(u.geom) AS p;
    grown := st_buffer(outline, 1e-8, 'join=bevel');
    INSERT INTO draft.problem (changeset_id, code, kind, severity, message, remedy, message_zh, remedy_zh, geom)
    SELECT change_set, d.code, 'outside_district', 'warning',
           format('%s m² of %s lie outside %s', app.said_m2(st_area(o.geom::geography)), d.code, top_name),
           'check the shape and its coordinate system: the district would grow',
           format('%s 有 %s 平方米在%s以外', d.code, app.said_m2(st_area(o.geom::geography)), top_name),
           '核对图形和坐标系：区县会因此变大', o.geom
    FROM draft.area AS d
    LEFT JOIN core.area_version AS b ON b.area_version_id = d.base_version_id
    CROSS JOIN LATERAL (
        SELECT st_collect(p.geom) AS geom FROM st_dump(st_difference(d.geom, outline)) AS p
        WHERE st_dimension(p.geom) = 2 AND 2 * st_area(p.geom) > 1e-8 * st_perimeter(p.geom)) AS o
    WHERE d.changeset_id = change_set AND d.level = 'grid' AND d.is_changed AND d.is_sound
      AND (b.geom = d.geom) IS NOT TRUE AND NOT st_covers(grown, d.geom)
      AND o.geom IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM draft.problem AS g
          WHERE g.changeset_id = change_set AND g.code = d.code AND g.kind = 'ground_gained');
END $$;
COMMENT ON FUNCTION app.check_pieces(bigint) IS
'Warn of grids of far pieces, of grids that touch none of their community, and of ground outside the district';
