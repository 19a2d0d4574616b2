CREATE FUNCTION app.oldest_visit(place bigint) RETURNS timestamptz LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT CASE WHEN count(*) = count(p.visited_at) THEN min(p.visited_at) END AS visited_at
FROM overlay.place_part AS p WHERE p.place_id = oldest_visit.place;
END;
COMMENT ON FUNCTION app.oldest_visit(bigint) IS
'When was the part of this linear place visited that waits longest? Null: a part never was, or it is a point';
