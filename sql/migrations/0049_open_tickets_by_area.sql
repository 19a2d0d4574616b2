-- The open tickets of an area, the one due first at the front: figures of areas on the map (app.open_work).
CREATE INDEX ticket_open_area ON work.ticket (area_id, due_at, ticket_id) WHERE closed_at IS NULL;
