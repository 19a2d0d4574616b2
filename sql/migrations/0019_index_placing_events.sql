-- Who asks how an area stood looks for the tickets that went elsewhere, or were opened again, since.
CREATE INDEX event_placing ON work.event (at, ticket_id)
WHERE action IN ('moved', 'replaced', 'reopened', 'unmerged');
