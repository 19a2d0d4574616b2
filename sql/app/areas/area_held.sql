CREATE FUNCTION app.area_held(
    named bigint, standing_on bigint, network text DEFAULT 'base', at timestamptz DEFAULT NULL
)
RETURNS TABLE (
    area_version_id bigint, area_id bigint, code text, name text, kind text, level text, path bigint [],
    label_point geometry, method text, confidence double precision
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
-- The area of a report without a point, in this order: the named area; the area that the ticket is on already; the
-- successor that took most of the named area's ground; the nearest live area above the named one; the topmost area of
-- the network, where a ticket waits until somebody says its place.
DECLARE
    v core.area_version;
    heir record;
    sure double precision := 1;
BEGIN
    SELECT a.* INTO v FROM app.area_at(area_held.at) AS a WHERE a.area_id = named;
    IF NOT FOUND THEN
        SELECT a.* INTO v FROM app.area_at(area_held.at) AS a WHERE a.area_id = standing_on;
    END IF;
    IF v.area_id IS NULL AND named IS NOT NULL THEN
        SELECT s.* INTO heir FROM app.successors(named, area_held.at) AS s LIMIT 1;
        sure := heir.share;
        SELECT a.* INTO v FROM app.area_at(area_held.at) AS a WHERE a.area_id = heir.successor_id;
        IF NOT FOUND THEN
            SELECT a.* INTO v
            FROM app.last_version(named, area_held.at) AS l
            JOIN app.area_at(area_held.at) AS a ON a.area_id = ANY(l.path)
            ORDER BY array_position(l.path, a.area_id) DESC LIMIT 1;
        END IF;
    END IF;
    IF v.area_id IS NULL THEN
        SELECT a.* INTO v FROM app.area_at(area_held.at) AS a
        WHERE a.network = area_held.network AND a.parent_id IS NULL AND a.level <> 'grid'
        ORDER BY (SELECT l.rank FROM core.level AS l WHERE l.level = a.level), a.code LIMIT 1;
    END IF;
    area_version_id := v.area_version_id; area_id := v.area_id; code := v.code; name := v.name; kind := v.kind;
    level := v.level; path := coalesce(v.path, '{0}'); label_point := v.label_point;
    method := CASE WHEN named IS NULL THEN 'none' ELSE 'code' END;
    confidence := CASE WHEN named IS NOT NULL AND v.level = 'grid' THEN coalesce(sure, 0) ELSE 0 END;
    IF level <> 'grid' THEN
        area_version_id := NULL;  -- a ticket records the version of a grid only
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.area_held(bigint, bigint, text, timestamptz) IS
'Which area gets a report without a point? Always one row. confidence: 1 on the named grid, the share of the ground on '
'a successor, 0 above the leaves. area_version_id: null above the leaves';
GRANT EXECUTE ON FUNCTION app.area_held(bigint, bigint, text, timestamptz) TO gisgrid_service;
