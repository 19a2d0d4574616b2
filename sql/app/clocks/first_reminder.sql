CREATE FUNCTION app.first_reminder(
    received_at timestamptz, due_at timestamptz, step_since timestamptz, step_due_at timestamptz
) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
-- Rather early than late: app.tick_clocks then finds what is due and sets the next time.
BEGIN
    RETURN least(
        greatest(due_at - (SELECT d.due_soon FROM core.deployment AS d), received_at + (due_at - received_at) / 2),
        step_since + (step_due_at - step_since) / 2, step_due_at);
END $$;
COMMENT ON FUNCTION app.first_reminder(timestamptz, timestamptz, timestamptz, timestamptz) IS
'When must app.tick_clocks look at the clocks of a ticket for the first time?';
