-- Photos of tickets, and what the reporter says of how it went. The pictures themselves are files outside the database.
CREATE TABLE work.photo (
    photo_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    kind text NOT NULL CONSTRAINT kind_is_report_or_work CHECK (kind IN ('report', 'work')),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text,
    name text NOT NULL CONSTRAINT photo_name_is_unique UNIQUE
    CONSTRAINT photo_name_is_made_by_the_server CHECK (name ~ '^[0-9a-f]{32}$'),
    sha256 bytea NOT NULL CONSTRAINT sha256_has_32_bytes CHECK (length(sha256) = 32),
    width integer NOT NULL,
    height integer NOT NULL,
    bytes integer NOT NULL,
    media_type text NOT NULL DEFAULT 'image/jpeg',
    CONSTRAINT photo_has_a_size CHECK (width > 0 AND height > 0 AND bytes > 0),
    CONSTRAINT a_photo_is_kept_once UNIQUE (ticket_id, kind, sha256)
);
COMMENT ON TABLE work.photo IS 'Photos of tickets: seen by whoever sees the ticket''s words';
COMMENT ON COLUMN work.photo.kind IS 'report: the reporter sent it; work: somebody of the staff added it';
COMMENT ON COLUMN work.photo.actor IS 'The account that added it; null: the reporter';
COMMENT ON COLUMN work.photo.name IS 'The name of its file, random, without ending: <first two>/<name>.jpg and .small.jpg';
COMMENT ON COLUMN work.photo.sha256 IS 'Of the file as it is kept: encoded anew, without what cameras write into pictures';

CREATE TABLE work.rating (
    rating_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    rater text NOT NULL CONSTRAINT rater_is_known CHECK (rater IN ('reporter')),
    score smallint NOT NULL CONSTRAINT score_is_1_to_5 CHECK (score BETWEEN 1 AND 5),
    words text,
    rated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_rater_rates_a_ticket_once UNIQUE (ticket_id, rater)
);
COMMENT ON TABLE work.rating IS 'How it went, in the eyes of whoever rates it (党群评议): 1 bad to 5 good';

-- By the ticket, not by a path of their own: a ticket that moves takes its photos and its rating along.
ALTER TABLE work.photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY photo_is_seen_with_its_ticket ON work.photo FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = photo.ticket_id));
ALTER TABLE work.rating ENABLE ROW LEVEL SECURITY;
CREATE POLICY rating_is_seen_with_its_ticket ON work.rating FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = rating.ticket_id));

-- Whose contact is still kept: what is erased so long after closing is looked for here.
CREATE INDEX ticket_private_contact ON work.ticket_private (ticket_id)
WHERE contact_name IS NOT NULL OR contact_phone IS NOT NULL;

-- The reporter is no account: app.rate_ticket takes this step for whoever knows the ticket's secret.
UPDATE work.transition SET roles = roles || '{reporter}'
WHERE workflow = 'six_step' AND from_step = 'feedback' AND to_step = 'rate';
