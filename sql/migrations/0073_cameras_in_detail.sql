-- How high a camera hangs, whether it works, whose it is; null: nobody has said it.
ALTER TABLE overlay.camera
ADD COLUMN height_m double precision CONSTRAINT height_is_positive CHECK (height_m > 0 AND height_m <= 1000),
ADD COLUMN state text CONSTRAINT state_is_known CHECK (state IN ('on', 'off', 'broken')),
ADD COLUMN owner text;
COMMENT ON COLUMN overlay.camera.height_m IS 'How high above the ground it hangs';
COMMENT ON COLUMN overlay.camera.state IS 'on, off or broken: what is off or broken sees nothing; null: taken for on';
COMMENT ON COLUMN overlay.camera.owner IS 'Whose it is: police, a village, a company';
