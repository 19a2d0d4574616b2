-- Who deploys (a superuser, or CREATEROLE) makes the database logins of people, so this one function runs as he. It
-- takes a name, reads from core what the login of that name shall be, and touches no other role; only the owner's
-- functions may call it. Run at every deploy after the functions are built.
ALTER FUNCTION app.keep_login(text, boolean) OWNER TO current_user;
REVOKE EXECUTE ON FUNCTION app.keep_login(text, boolean) FROM public;
GRANT EXECUTE ON FUNCTION app.keep_login(text, boolean) TO gisgrid_owner;
