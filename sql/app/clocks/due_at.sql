CREATE FUNCTION app.due_at(since timestamptz, hours integer, unit text) RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF unit = 'working' THEN
        RETURN coalesce(app.add_work(since, make_interval(hours => hours)), since + make_interval(hours => hours));
    END IF;
    RETURN since + make_interval(hours => hours);
END $$;
COMMENT ON FUNCTION app.due_at(timestamptz, integer, text) IS
'When are so many calendar or working hours over? After the calendar''s last day every hour counts';
GRANT EXECUTE ON FUNCTION app.due_at(timestamptz, integer, text) TO gisgrid_service;
