-- What is found by an exact point is as private as the point, so each ticket says whether its point is public.
ALTER TABLE work.ticket ADD COLUMN has_public_point boolean NOT NULL DEFAULT true;
UPDATE work.ticket AS t SET has_public_point = false
FROM work.category AS c, work.ticket_private AS p
WHERE
    c.category = t.category AND p.ticket_id = t.ticket_id AND (c.public_place <> 'point' OR p.device_id IS NOT NULL);
ALTER TABLE work.ticket ALTER COLUMN has_public_point SET DEFAULT false;
