-- A tile asks of each kept square whether something changed in it: by an index, however many did.
CREATE INDEX place_bin_change_square ON overlay.place_bin_change (x, y);
