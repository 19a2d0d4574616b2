CREATE FUNCTION app.said_m2(m2 double precision) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN said_m2.m2 < 1 THEN to_char(greatest(said_m2.m2, 0.001), 'FM0.000')
    WHEN said_m2.m2 < 10 THEN to_char(said_m2.m2, 'FM90.0')
    ELSE to_char(round(said_m2.m2), 'FM999,999,999,999,990')
END;
END;
COMMENT ON FUNCTION app.said_m2(double precision) IS
'Square metres as a sentence has them: whole and by thousands from 10 on; less keeps digits, down to 0.001';
