-- Who follows by what changed since asks for the events of a time.
CREATE INDEX event_at ON work.event (at);
