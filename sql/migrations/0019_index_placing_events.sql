-- Who asks how an area stood looks for the tickets that were on it then, wherever they are now.
CREATE INDEX event_placing ON work.event USING gin (path)
WHERE action IN ('moved', 'replaced', 'reopened', 'unmerged', 'received');
