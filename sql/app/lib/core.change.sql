COMMENT ON TABLE core.change IS
'Log of what changed and where. Readers take rows below their snapshot''s xmin, so that no late commit is missed';
COMMENT ON COLUMN core.change.path IS 'area_id of the areas above the change, from the top; null: the change is public';
COMMENT ON COLUMN core.change.ticket_id IS
'The ticket that changed; null: another layer, where a ticket was before, or a ticket that may not be named here';
COMMENT ON COLUMN core.change.counted_in IS
'The ticket''s path, after it the one that it had before: of figures of open work only those of these areas change; '
'null: any figure within the side of a tile may have changed';
ALTER TABLE core.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_is_a_fact_or_in_scope ON core.change FOR SELECT TO gisgrid_service
USING (path IS NULL OR path && app.service_scope());
CREATE TRIGGER wake_listeners AFTER INSERT ON core.change
FOR EACH STATEMENT EXECUTE FUNCTION app.wake_listeners();
GRANT SELECT ON core.change TO gisgrid_service;
