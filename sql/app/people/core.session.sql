COMMENT ON TABLE core.session IS 'Sign-ins of the viewer; of the cookie only its SHA-256';
GRANT SELECT, INSERT, DELETE ON core.session TO gisgrid_service;
CREATE TRIGGER note_sign_in AFTER INSERT ON core.session
FOR EACH ROW EXECUTE FUNCTION app.note_sign_in();
