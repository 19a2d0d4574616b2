CREATE FUNCTION app.microseconds_to_close(received_at timestamptz, closed_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- date_part: double precision is exact here for a hundred years, and four times as fast as the numeric of extract.
SELECT coalesce(
    round(
        date_part('epoch', microseconds_to_close.closed_at - microseconds_to_close.received_at) * 1000000
    )::bigint, 0
);
END;
COMMENT ON FUNCTION app.microseconds_to_close(timestamptz, timestamptz) IS
'How long a ticket took to close, 0 while it is open; whole, because sums of integers do not depend on the order of rows';
GRANT EXECUTE ON FUNCTION app.microseconds_to_close(timestamptz, timestamptz) TO gisgrid_service;
