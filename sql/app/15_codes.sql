-- Long because parsing, checking and allocating a code read the same segments and belong together.
CREATE FUNCTION app.parent_code(network text, code text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The segments of the levels above, in their order; null where the network's codes tell no tree.
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
COMMENT ON FUNCTION app.parent_code(text, text) IS 'Below which area does a grid of this code stand, by its code?';

CREATE FUNCTION app.code_fault(network text, code text, in_chinese boolean DEFAULT false) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The first wrong segment in words; null when the code of a grid is well formed.
WITH placed AS (
    SELECT
        s.*,
        1 + coalesce(
            sum(s.width) OVER (ORDER BY s.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
        ) AS start,
        sum(s.width) OVER () AS length
    FROM core.code_segment AS s
    WHERE s.network = code_fault.network
),

read AS (SELECT p.*, substr(code_fault.code, p.start::integer, p.width) AS part FROM placed AS p)

SELECT CASE
    WHEN char_length(code_fault.code) NOT BETWEEN 1 AND 64
        THEN CASE WHEN in_chinese THEN '编码应有 1 至 64 个字符' ELSE 'a code has 1 to 64 characters' END
    WHEN NOT EXISTS (SELECT FROM placed) THEN NULL
    WHEN char_length(code_fault.code) <> (SELECT max(p.length) FROM placed AS p)
        THEN format(
            CASE WHEN in_chinese THEN '%s 个字符，应为 %s 个' ELSE '%s characters instead of %s' END,
            char_length(code_fault.code),
            (SELECT max(p.length) FROM placed AS p)
        )
    ELSE (
        SELECT format(
            CASE
                WHEN in_chinese THEN '%s 段，第 %s-%s 位：不能为 %L'
                ELSE 'segment %s, characters %s-%s: %L is not allowed'
            END,
            r.name, r.start, r.start + r.width - 1, r.part
        )
        FROM read AS r
        WHERE CASE
            WHEN cardinality(r.allowed) > 0 THEN r.part <> ALL(r.allowed)
            WHEN r.part !~ '^[0-9]+$' THEN true
            ELSE r.part::integer NOT BETWEEN r.low AND r.high
        END
        ORDER BY r.position
        LIMIT 1
    )
END;
END;
COMMENT ON FUNCTION app.code_fault(text, text, boolean) IS
'What is wrong with this code of a grid, in English or Chinese? Null when nothing is';

CREATE FUNCTION app.next_code(network text, parent_code text, like_code text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The lowest number never used below the parent, in drafts neither; the other segments as in `like_code` or, without
-- one, from the parent and the scheme's defaults. Without a tree: the origin's code with -2, -3, ...
DECLARE
    s core.code_segment;
    counted core.code_segment;
    head text := '';
    at_like integer := 1;
    at_parent integer := 1;
    n integer;
    candidate text;
BEGIN
    SELECT * INTO counted FROM core.code_segment AS c WHERE c.network = next_code.network ORDER BY c.position DESC LIMIT 1;
    IF NOT FOUND THEN
        FOR n IN 2..100000 LOOP
            candidate := coalesce(left(like_code, 56), 'new') || '-' || n;
            EXIT WHEN NOT EXISTS (SELECT FROM core.area AS a WHERE a.network = next_code.network AND a.code = candidate)
                AND NOT EXISTS (SELECT FROM draft.area AS d JOIN draft.changeset AS c USING (changeset_id)
                                WHERE c.network = next_code.network AND d.code = candidate);
        END LOOP;
        RETURN candidate;
    END IF;
    FOR s IN SELECT * FROM core.code_segment AS c WHERE c.network = next_code.network ORDER BY c.position LOOP
        EXIT WHEN s.position = counted.position;
        IF like_code IS NOT NULL THEN
            head := head || substr(like_code, at_like, s.width);
        ELSIF s.level = 'grid' THEN
            IF s.default_text = '' THEN
                RETURN NULL;  -- the scheme cannot tell; whoever draws must
            END IF;
            head := head || s.default_text;
        ELSE
            head := head || substr(parent_code, at_parent, s.width);
            at_parent := at_parent + s.width;
        END IF;
        at_like := at_like + s.width;
    END LOOP;
    SELECT min(i) INTO n FROM generate_series(counted.first_low, counted.first_high) AS i
    WHERE NOT EXISTS (SELECT FROM core.area AS a WHERE a.network = next_code.network
                      AND a.code = head || lpad(i::text, counted.width, '0'))
      AND NOT EXISTS (SELECT FROM draft.area AS d JOIN draft.changeset AS c USING (changeset_id)
                      WHERE c.network = next_code.network AND c.status <> 'discarded' AND c.published_at IS NULL
                      AND d.code = head || lpad(i::text, counted.width, '0'));
    IF n IS NULL THEN
        RAISE EXCEPTION E'% 之下没有空号了（% 至 %）\nno number is left below % (% to %)',
            parent_code, counted.first_low, counted.first_high, parent_code, counted.first_low, counted.first_high
            USING HINT = E'把社区一分为二，或改用更宽的编码规则\ncut the community in two, or use a wider scheme';
    END IF;
    RETURN head || lpad(n::text, counted.width, '0');
END $$;
COMMENT ON FUNCTION app.next_code(text, text, text) IS 'The next free code below a parent; codes are never used again';

CREATE FUNCTION app.name_part(
    change_set bigint, given_code text, given_name text, given_parent text, given_base bigint, shape geometry
)
RETURNS TABLE (code text, name text, parent_code text, origin_code text, base_version_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A row that comes into a draft by hand. A split copies every column of the part it was cut from, code and base
-- included: then it is a new area, with the next code. A row cut and pasted back keeps what it was.
DECLARE
    net text := (SELECT c.network FROM draft.changeset AS c WHERE c.changeset_id = change_set);
    twin draft.area;
BEGIN
    PERFORM app.refuse_foreign(change_set);
    SELECT * INTO twin FROM draft.area AS d WHERE d.changeset_id = change_set AND d.code = given_code LIMIT 1;
    IF FOUND THEN
        parent_code := twin.parent_code;
        origin_code := given_code;
        code := app.next_code(net, parent_code, given_code);
        name := given_name;
        RETURN NEXT;
        RETURN;
    END IF;
    name := given_name;
    parent_code := coalesce(app.parent_code(net, given_code), given_parent);
    IF parent_code IS NULL AND shape IS NOT NULL THEN
        SELECT v.code INTO parent_code FROM app.area_at(now()) AS v
        WHERE v.network = net AND v.level = 'community' AND v.geom && shape AND st_isvalid(shape)
        ORDER BY st_area(st_intersection(v.geom, shape)) DESC, v.code LIMIT 1;
    END IF;
    code := coalesce(nullif(given_code, ''), app.next_code(net, parent_code));
    SELECT b.area_version_id INTO base_version_id FROM draft.base AS b
    JOIN core.area_version AS v USING (area_version_id)
    WHERE b.changeset_id = change_set AND v.code = given_code;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.name_part(bigint, text, text, text, bigint, geometry) IS
'Which code, parent, origin and base does a row have that comes into a draft by hand?';
