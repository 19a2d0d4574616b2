-- Merging with "Take attributes from ..." QGIS takes the key of the chosen row for its own number of it. The two are
-- one for a key of four bytes alone; with eight it wrote an UPDATE whose WHERE is empty.
ALTER TABLE draft.area ALTER COLUMN draft_area_id TYPE integer;
ALTER SEQUENCE draft.area_id_seq AS integer;
