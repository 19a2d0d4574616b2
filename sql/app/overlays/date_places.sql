CREATE FUNCTION app.date_places() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Tiles hold what is a place now, and are fresh because its row changes; the trigger of the table reckons the state.
DECLARE
    turned bigint;
BEGIN
    UPDATE overlay.place AS p SET is_current = NOT p.is_current
    WHERE (p.starts_at IS NOT NULL OR p.ends_at IS NOT NULL)
      AND p.is_current <> (coalesce(p.starts_at <= clock_timestamp(), true)
                           AND coalesce(p.ends_at > clock_timestamp(), true));
    GET DIAGNOSTICS turned = ROW_COUNT;
    RETURN turned;
END $$;
COMMENT ON FUNCTION app.date_places() IS 'Let places begin and end whose time has come. Returns how many did';
