CREATE FUNCTION app.next_code(network text, parent_code text, like_code text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The lowest number never used below the parent, in live codes or in drafts. The other segments come from `like_code`,
-- or else from the parent and the scheme's defaults. In a network without a tree: the origin's code with -2, -3, ...
-- A draft uses numbers only where it could be published: below an area that it may redraw. Else a town's editor could
-- use up the numbers of another town.
DECLARE
    s core.code_segment;
    counted core.code_segment;
    head text := '';
    at_like integer := 1;
    at_parent integer := 1;
    n bigint;
    candidate text;
    pattern text;
    digits text;
BEGIN
    SELECT * INTO counted FROM core.code_segment AS c WHERE c.network = next_code.network ORDER BY c.position DESC LIMIT 1;
    IF NOT FOUND THEN
        FOR i IN 2..100000 LOOP
            candidate := coalesce(left(like_code, 56), 'new') || '-' || i;
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
                RETURN NULL;  -- the scheme has no default here, so the person who draws types the code
            END IF;
            head := head || s.default_text;
        ELSE
            head := head || substr(parent_code, at_parent, s.width);
            at_parent := at_parent + s.width;
        END IF;
        at_like := at_like + s.width;
    END LOOP;
    pattern := regexp_replace(head, '([\\%_])', '\\\1', 'g') || '%';
    digits := '^.{' || char_length(head) || '}[0-9]{' || counted.width || '}$';
    -- The lowest free number is the lowest possible one, or one above a number in use. So the rows that are read grow
    -- with the numbers in use below the parent, never with the width of the segment.
    WITH used AS (
        SELECT substr(a.code, char_length(head) + 1)::bigint AS i FROM core.area AS a
        WHERE a.network = next_code.network AND a.code LIKE pattern AND a.code ~ digits
        UNION
        SELECT substr(d.code, char_length(head) + 1)::bigint FROM draft.area AS d JOIN draft.changeset AS c USING (changeset_id)
        WHERE c.network = next_code.network AND c.status <> 'discarded' AND c.published_at IS NULL
          AND d.code LIKE pattern AND d.code ~ digits AND (
              c.areas = '{0}'
              OR EXISTS (
                  SELECT FROM core.area AS p JOIN core.area_version AS v USING (area_id)
                  WHERE p.network = c.network AND p.code = d.parent_code AND v.recorded_to = 'infinity'
                    AND (v.path && c.areas OR (c.path || c.areas) @> v.path))
              OR EXISTS (
                  SELECT FROM draft.area AS p
                  WHERE p.changeset_id = d.changeset_id AND p.code = d.parent_code AND p.level <> 'grid'))
    )
    SELECT f.i INTO n
    FROM (SELECT counted.first_low AS i UNION ALL SELECT u.i + 1 FROM used AS u WHERE u.i >= counted.first_low) AS f
    WHERE f.i <= counted.first_high AND NOT EXISTS (SELECT FROM used AS u WHERE u.i = f.i)
    ORDER BY f.i LIMIT 1;
    IF n IS NULL THEN
        PERFORM app.refuse('no_number_left', parent_code, counted.first_low::text, counted.first_high::text);
    END IF;
    RETURN head || lpad(n::text, counted.width, '0');
END $$;
COMMENT ON FUNCTION app.next_code(text, text, text) IS 'The next free code below a parent; a code is never used again';
GRANT EXECUTE ON FUNCTION app.next_code(text, text, text) TO gisgrid_editor;
