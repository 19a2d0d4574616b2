COMMENT ON SCHEMA app IS 'Functions and views over the data; dropped and built again whenever their text changes';
COMMENT ON SCHEMA tile IS 'One function a layer, the rows of its tiles; dropped and built again with app';
