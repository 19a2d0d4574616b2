CREATE VIEW app.login_limit WITH (security_invoker = true) AS
SELECT
    l.name,
    l.value
FROM (VALUES
    ('statement_timeout', '2min'),
    ('lock_timeout', '10s'),
    ('idle_in_transaction_session_timeout', '1min'),
    ('temp_file_limit', '1GB'),
    ('log_min_error_statement', 'panic')
) AS l (name, value);
COMMENT ON VIEW app.login_limit IS
'Settings of every person''s login, so that no login stops the others. A session can change its timeouts: '
'app.end_idle_logins also ends sessions that are idle in a transaction';
