ALTER TABLE overlay.place_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_is_of_a_place_in_scope ON overlay.place_part TO gisgrid_service
USING (EXISTS (SELECT FROM overlay.place AS p WHERE p.place_id = place_part.place_id));
GRANT SELECT ON overlay.place_part TO gisgrid_service;
