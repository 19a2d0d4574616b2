-- What runs by itself says that it runs: the worker and the sender of notices, in whichever process.
CREATE TABLE core.heartbeat (
    part text PRIMARY KEY,
    beats bigint NOT NULL DEFAULT 1,
    patience interval NOT NULL,
    failing_since timestamptz
);
