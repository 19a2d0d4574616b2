CREATE FUNCTION app.audit_digest(former bytea, link core.audit) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT sha256(former || convert_to(jsonb_build_array(
    link.audit_id, link.note_id, (extract(EPOCH FROM link.at) * 1000000)::bigint, link.who, link.what, link.subject,
    link.facts
)::text, 'UTF8'));
END;
COMMENT ON FUNCTION app.audit_digest(bytea, core.audit) IS
'SHA-256 over the digest of the row before and over every column of this one but its own digest';
