CREATE FUNCTION app.back_off(failures integer) RETURNS interval
LANGUAGE sql VOLATILE
BEGIN ATOMIC
-- 5 s, 10 s, 20 s … an hour, each between half and one and a half times that, so that not all come back at once.
SELECT least(interval '5 s' * power(2, least(greatest(failures, 1), 12) - 1), interval '1 h') * (0.5 + random());
END;
COMMENT ON FUNCTION app.back_off(integer) IS 'How long to wait after so many failures: exponential, with jitter, an hour and a half at most';
GRANT EXECUTE ON FUNCTION app.back_off(integer) TO gisgrid_service;
