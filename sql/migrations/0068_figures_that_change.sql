-- Which areas' figures a change of a ticket moves: so only the tiles that show one of these are drawn again.
ALTER TABLE core.change ADD COLUMN counted_in bigint [];
