COMMENT ON TABLE work.outbox IS
'Notices, written in the transaction that causes them; work.delivery says whom they go to';
COMMENT ON COLUMN work.outbox.notice_id IS 'The id of the event: the same for every target and every attempt';
COMMENT ON COLUMN work.outbox.changeset_id IS 'The change set that the notice is of, where it is not of a ticket';
COMMENT ON COLUMN work.outbox.payload IS
'What the writer adds about the event; of a ticket''s only the public keys go out';
COMMENT ON COLUMN work.outbox.facts IS 'Facts of the ticket or change set at the event; null: no target wanted the notice';
COMMENT ON COLUMN work.outbox.left_path IS 'The path that the ticket had before it went to another area; of a change set the areas that hear of it';
CREATE TRIGGER address_notices AFTER INSERT ON work.outbox
REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION app.address_written();
