COMMENT ON TABLE core.redrawn IS
'How often the areas of a network were redrawn, in the transactions that did it. The same number in a later snapshot: the same areas, as recorded';
GRANT SELECT ON core.redrawn TO gisgrid_service;
CREATE TRIGGER count_added AFTER INSERT ON core.area_version
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.count_redrawn();
CREATE TRIGGER count_closed AFTER UPDATE ON core.area_version
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.count_redrawn();
