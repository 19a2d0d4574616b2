ALTER TABLE core.deployment ADD COLUMN backup_finished_at timestamptz;
