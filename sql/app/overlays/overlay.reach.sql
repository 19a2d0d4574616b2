ALTER TABLE overlay.reach ENABLE ROW LEVEL SECURITY;
CREATE POLICY reach_is_of_a_place_in_scope ON overlay.reach TO gisgrid_service
USING (EXISTS (SELECT FROM overlay.place AS p WHERE p.place_id = reach.place_id));
GRANT SELECT ON overlay.reach TO gisgrid_service;
