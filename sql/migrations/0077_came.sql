-- A report that comes changes no closed ticket, and moves sums by itself alone: who draws a map then need not count the
-- cell again, which was a half of a tile of tickets while reports came in.
ALTER TABLE work.ticket_bin_change ADD COLUMN came bigint;
