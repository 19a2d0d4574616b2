-- How often the areas of a network were redrawn: what was looked up in memory is compared with it where it is written.
CREATE TABLE core.redrawn (
    network text PRIMARY KEY REFERENCES core.network (network) ON DELETE CASCADE,
    times bigint NOT NULL
);
INSERT INTO core.redrawn (network, times) SELECT network, 1 FROM core.network;
