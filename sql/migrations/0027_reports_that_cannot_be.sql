-- From where on a report's point is not taken for a location: so far outside every grid, or as uncertain as that.
ALTER TABLE core.deployment
ADD COLUMN far_m double precision NOT NULL DEFAULT 2000 CONSTRAINT far_m_is_not_negative CHECK (far_m >= 0),
ADD COLUMN coarse_m double precision NOT NULL DEFAULT 1000 CONSTRAINT coarse_m_is_positive CHECK (coarse_m > 0);

-- Why the point is not taken for the location. The point stays, for who finds the location out.
ALTER TABLE work.ticket_private
ADD COLUMN doubt text,
ADD CONSTRAINT a_doubt_is_about_a_point CHECK (doubt IS NULL OR (doubt IN ('far', 'coarse') AND geom IS NOT NULL));
CREATE INDEX ticket_private_in_doubt ON work.ticket_private (ticket_id) WHERE doubt IS NOT NULL;
