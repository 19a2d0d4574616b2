COMMENT ON TABLE core.work_span IS
'Working time, one row a span, from core.calendar_day and core.work_hours; before_us: microseconds worked before it';
GRANT SELECT ON core.work_span TO gisgrid_service;
