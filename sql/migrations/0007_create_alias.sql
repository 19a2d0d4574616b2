-- A department's own codes on base grids; and the search for special grids, which are few among many.
CREATE TABLE core.alias (
    alias_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text NOT NULL,
    alias text COLLATE "C" NOT NULL
    CONSTRAINT alias_is_1_to_64_characters CHECK (char_length(alias) BETWEEN 1 AND 64),
    name text,
    area_id bigint NOT NULL REFERENCES core.area,
    share double precision NOT NULL
    CONSTRAINT share_is_0_to_1 CHECK (share > 0 AND share <= 1),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT valid_from_is_before_valid_to CHECK (valid_from < valid_to),
    CONSTRAINT area_has_one_alias_of_a_network_at_an_instant
    EXCLUDE USING gist (network WITH =, area_id WITH =, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX alias_alias ON core.alias (alias);
CREATE INDEX alias_area ON core.alias (area_id);
COMMENT ON TABLE core.alias IS
'What a department calls an area of another network, from-to: its own code, still looked up; one may name several';
COMMENT ON COLUMN core.alias.network IS 'Whose code it is: the department''s network';
COMMENT ON COLUMN core.alias.share IS 'Share of the area''s ground that was the alias''s when it was noted';

CREATE INDEX area_version_special_geom ON core.area_version USING gist (geom) WHERE kind = 'special';
