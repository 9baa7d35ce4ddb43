-- What people call the secrets and keys of a machine, and wrote of them, as they search it: kept in the machine's row, whose index of what is
-- searched is not written when a credential is used.
ALTER TABLE "machines" ADD COLUMN "credential_words" TEXT NOT NULL DEFAULT '';

CREATE FUNCTION machines_keep_credential_words(machine_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM machines WHERE id = ANY(machine_ids) ORDER BY id FOR NO KEY UPDATE;
  UPDATE machines m SET credential_words = said.words
    FROM (SELECT x.id, COALESCE(string_agg(lower(concat_ws(E'\n', NULLIF(c.name, ''), NULLIF(c.note, ''))), E'\n' ORDER BY c.id), '') AS words
            FROM machines x
            LEFT JOIN credentials c ON c.tenant_id = x.tenant_id AND c.machine_id = x.id AND c.revoked_at IS NULL
                                   AND (c.name <> '' OR c.note <> '')
           WHERE x.id = ANY(machine_ids) GROUP BY x.id) said
   WHERE m.id = said.id AND m.credential_words <> said.words;
END $$;
ALTER FUNCTION machines_keep_credential_words(uuid[]) SET search_path FROM CURRENT;

CREATE FUNCTION credentials_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM machines_keep_credential_words(ARRAY[NEW.machine_id]);
  RETURN NULL;
END $$;
ALTER FUNCTION credentials_named() SET search_path FROM CURRENT;

CREATE TRIGGER credentials_named AFTER INSERT ON "credentials"
  FOR EACH ROW WHEN (NEW.name <> '' OR NEW.note <> '') EXECUTE FUNCTION credentials_named();
CREATE TRIGGER credentials_renamed AFTER UPDATE OF "name", "note", "revoked_at" ON "credentials"
  FOR EACH ROW
  WHEN ((OLD.name, OLD.note) IS DISTINCT FROM (NEW.name, NEW.note)
        OR (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at AND (NEW.name <> '' OR NEW.note <> '')))
  EXECUTE FUNCTION credentials_named();

DO $$
BEGIN
  PERFORM machines_keep_credential_words(ARRAY(
    SELECT DISTINCT machine_id FROM credentials WHERE revoked_at IS NULL AND (name <> '' OR note <> '')));
END $$;

-- Beside machines_search, which has the rest, where the database has pg_trgm.
DO $$
BEGIN
  CREATE INDEX machines_credential_search ON machines USING gin (credential_words gin_trgm_ops)
   WHERE (deleted_at IS NULL AND credential_words <> '');
EXCEPTION WHEN undefined_object THEN NULL;
END $$;
