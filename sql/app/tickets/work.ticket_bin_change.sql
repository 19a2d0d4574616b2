COMMENT ON TABLE work.ticket_bin_change IS
'Small cells whose rows in work.closed_bin and work.ticket_bin are not right any more, until app.renew_bins. Rows of one '
'transaction tell where a ticket came from, so that nobody but the owner reads them';
COMMENT ON COLUMN work.ticket_bin_change.came IS
'The open ticket that has come, and nothing else has changed; null: what there is may have changed in any way';
