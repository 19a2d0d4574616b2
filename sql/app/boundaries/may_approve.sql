CREATE FUNCTION app.may_approve(area_path bigint [], areas bigint [], net text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Ground that no area held is on the work list of the nearest area above the leaves, which can be anybody's. So only a
-- caller may bring it into an area who has the whole network, or an area above this one that holds the whole network.
-- Else a town's editor could take ground for his town by a change set for one of its communities.
BEGIN
    RETURN areas = '{0}' OR 0 = ANY(app.scope())
        OR (pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') AND current_setting('role') IN ('none', 'gisgrid_owner'))
        OR EXISTS (
            SELECT FROM unnest(app.scope()) AS s (area_id)
            WHERE s.area_id = ANY(area_path) AND s.area_id <> ALL(areas) AND NOT EXISTS (
                SELECT FROM app.area_at(now()) AS v
                WHERE v.network = net AND v.level <> 'grid' AND NOT v.path @> ARRAY[s.area_id]));
END $$;
COMMENT ON FUNCTION app.may_approve(bigint [], bigint [], text) IS
'May the caller bring ground that no area held into a change set''s areas, which lie below this path?';
