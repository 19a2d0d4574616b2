-- A database knows who it is and where it lives, so that a copy knows that it is one: it sends and erases nothing.
ALTER TABLE core.deployment
ADD COLUMN identity uuid NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN home text,
ADD COLUMN place text;
