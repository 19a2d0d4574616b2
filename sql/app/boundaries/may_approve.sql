CREATE FUNCTION app.may_approve(area_path bigint [], net text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- May whoever asks bring ground that nobody held into the area with this path? What lies there stands on the work list
-- of the nearest area above the leaves, which can be anybody's. So: whoever has the whole, or an area above this one
-- below which everything of the network stands. A town's editor for a community of his would take ground for the town.
BEGIN
    RETURN area_path = '{0}' OR 0 = ANY(app.scope())
        OR (pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') AND current_setting('role') IN ('none', 'gisgrid_owner'))
        OR EXISTS (
            SELECT FROM unnest(app.scope()) AS s (area_id)
            WHERE s.area_id = ANY(trim_array(area_path, 1)) AND NOT EXISTS (
                SELECT FROM app.area_at(now()) AS v
                WHERE v.network = net AND v.level <> 'grid' AND NOT v.path @> ARRAY[s.area_id]));
END $$;
COMMENT ON FUNCTION app.may_approve(bigint [], text) IS
'Does whoever asks stand above the area with this path, so that nobody else''s work is taken where it grows?';
