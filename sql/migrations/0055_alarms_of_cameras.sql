-- A program that watches the pictures of many cameras raises alarms by one token, and says which camera saw it.
ALTER TABLE overlay.device ADD COLUMN watches text COLLATE "C";
COMMENT ON COLUMN overlay.device.watches IS 'Code of the area whose cameras its alarms may name; null: none';
CREATE INDEX ticket_private_device_latest ON work.ticket_private (device_id, ticket_id) WHERE device_id IS NOT NULL;
DROP INDEX work.ticket_private_device;
