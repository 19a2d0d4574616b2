-- Whether a drawn shape is valid is found once, when it is saved: the checks of a draft asked it sixteen times a grid.
ALTER TABLE draft.area ADD COLUMN is_sound boolean;
UPDATE draft.area SET is_sound = st_isvalid(geom);
