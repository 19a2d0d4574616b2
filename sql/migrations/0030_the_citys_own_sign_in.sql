-- Who signs in at the city's own provider (OpenID Connect) has a role here by a group that he is in there.
CREATE TABLE core.sign_in_group (
    group_name text PRIMARY KEY CONSTRAINT group_has_a_name CHECK (group_name ~ '\S' AND length(group_name) <= 200),
    position bigint GENERATED ALWAYS AS IDENTITY,
    role text NOT NULL REFERENCES core.account_role,
    area_id bigint REFERENCES core.area,
    department text,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE core.account
ADD COLUMN subject text CONSTRAINT a_subject_has_one_account UNIQUE,
ADD COLUMN group_name text REFERENCES core.sign_in_group ON DELETE SET NULL,
ADD COLUMN left_at timestamptz;
