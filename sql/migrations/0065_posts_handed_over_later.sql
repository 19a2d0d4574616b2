-- A post is handed over on a day to come: who takes over is written down now, the open tickets follow on that day.
ALTER TABLE core.post ADD COLUMN takes_over_from bigint REFERENCES core.post (post_id) ON DELETE SET NULL;
CREATE INDEX post_takes_over_from ON core.post (takes_over_from) WHERE takes_over_from IS NOT NULL;
