-- A report needs words only where its category says so: a picture and a place may say enough.
ALTER TABLE work.category ADD COLUMN needs_words boolean;
UPDATE work.category SET needs_words = category NOT IN ('hazard', 'livelihood') WHERE parent IS NULL;

-- Who sees the same thing says so, and makes no second report of it. Nobody can tell who that was, nor that somebody
-- who follows one ticket follows another.
CREATE TABLE work.follower (
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    follower_sha256 bytea NOT NULL CONSTRAINT follower_is_a_sha256 CHECK (octet_length(follower_sha256) = 32),
    followed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT somebody_follows_a_ticket_once PRIMARY KEY (ticket_id, follower_sha256)
);

-- What staff write about a ticket for everybody; the reporter's own words stay private.
CREATE TABLE work.public_words (
    ticket_id bigint PRIMARY KEY REFERENCES work.ticket,
    words text NOT NULL CONSTRAINT public_words_are_some CHECK (words ~ '\S' AND length(words) <= 400),
    actor text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
