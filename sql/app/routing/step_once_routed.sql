CREATE FUNCTION app.step_once_routed(workflow text, step text, is_routed boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
-- Changes only between the unrouted step and the first routed step; later steps stay.
BEGIN
    RETURN coalesce((
        SELECT n.step FROM work.step AS s
        JOIN work.step AS n ON n.workflow = s.workflow
            AND CASE WHEN is_routed THEN n.is_first_routed ELSE n.is_unrouted END
        WHERE s.workflow = step_once_routed.workflow AND s.step = step_once_routed.step
          AND CASE WHEN is_routed THEN s.is_unrouted ELSE s.is_first_routed END), step_once_routed.step);
END $$;
COMMENT ON FUNCTION app.step_once_routed(text, text, boolean) IS
'Which step is a ticket in after it was routed again, to an assignee or to nobody?';
