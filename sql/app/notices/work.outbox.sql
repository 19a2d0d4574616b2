COMMENT ON TABLE work.outbox IS 'Notices to be sent, written in the transaction that causes them';
COMMENT ON COLUMN work.outbox.notice_id IS 'One id an event: the same at every target and every attempt';
COMMENT ON COLUMN work.outbox.payload IS 'What the writer says of the event; of it only keys that are public go out';
COMMENT ON COLUMN work.outbox.facts IS 'Public facts of the ticket at the event; null where nobody is told';
COMMENT ON COLUMN work.outbox.left_path IS 'The path that the ticket had before it moved to another area';
CREATE TRIGGER address_notices AFTER INSERT ON work.outbox
REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION app.address_written();
