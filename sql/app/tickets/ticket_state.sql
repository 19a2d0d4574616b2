CREATE FUNCTION app.ticket_state(
    closed_at timestamptz, due_at timestamptz, at timestamptz, due_soon interval DEFAULT '0'
)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN ticket_state.closed_at <= ticket_state.at THEN 'done'
    WHEN ticket_state.due_at <= ticket_state.at THEN 'overdue'
    WHEN ticket_state.due_at <= ticket_state.at + ticket_state.due_soon THEN 'due_soon'
    ELSE 'open'
END;
END;
COMMENT ON FUNCTION app.ticket_state(timestamptz, timestamptz, timestamptz, interval) IS
'Is a ticket done, overdue, due_soon or open at an instant? No other function decides this; inlined into its callers';
GRANT EXECUTE ON FUNCTION
app.ticket_state(timestamptz, timestamptz, timestamptz, interval)
TO gisgrid_service, gisgrid_viewer;
