CREATE FUNCTION app.move_due(due_at timestamptz, unit text, paused_at timestamptz, resumed_at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    waited interval;
BEGIN
    IF unit = 'working' THEN
        waited := (app.work_before(resumed_at) - app.work_before(paused_at)) * interval '1 microsecond';
        RETURN CASE WHEN waited = interval '0' THEN due_at
                    ELSE coalesce(app.add_work(due_at, waited), due_at + (resumed_at - paused_at)) END;
    END IF;
    RETURN due_at + (resumed_at - paused_at);
END $$;
COMMENT ON FUNCTION app.move_due(timestamptz, text, timestamptz, timestamptz) IS
'When is something due after a pause? Later by the calendar hours or working hours of the pause';
