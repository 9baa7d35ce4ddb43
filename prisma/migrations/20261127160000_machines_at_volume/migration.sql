-- AlterTable
ALTER TABLE "machines" ADD COLUMN     "is_used" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "live_keys" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "live_secrets" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "machine_uses" (
    "tenant_id" UUID NOT NULL,
    "machine_id" UUID NOT NULL,
    "last_used_at" TIMESTAMPTZ(0) NOT NULL,

    CONSTRAINT "machine_uses_pkey" PRIMARY KEY ("tenant_id","machine_id")
);

-- What the credentials say, kept where lists are sorted by it. A count is counted anew instead of changed by one, so that a restore
-- of data alone counts nothing twice; it is counted by a statement that began when nobody else could count.
CREATE FUNCTION machines_count_credentials(machine_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM machines WHERE id = ANY(machine_ids) ORDER BY id FOR NO KEY UPDATE;
  UPDATE machines m SET live_secrets = live.secrets, live_keys = live.keys
    FROM (SELECT x.id, count(*) FILTER (WHERE c.kind = 'Secret') AS secrets, count(*) FILTER (WHERE c.kind = 'Key') AS keys
            FROM machines x
            LEFT JOIN credentials c ON c.tenant_id = x.tenant_id AND c.machine_id = x.id
                                   AND c.revoked_at IS NULL AND c.expiry_cut_at IS NULL
           WHERE x.id = ANY(machine_ids) GROUP BY x.id) live
   WHERE m.id = live.id AND (m.live_secrets, m.live_keys) IS DISTINCT FROM (live.secrets, live.keys);
END $$;
ALTER FUNCTION machines_count_credentials(uuid[]) SET search_path FROM CURRENT;

CREATE FUNCTION credentials_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM machines_count_credentials(ARRAY(SELECT DISTINCT machine_id FROM added));
  RETURN NULL;
END $$;
ALTER FUNCTION credentials_added() SET search_path FROM CURRENT;

CREATE FUNCTION credentials_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM machines_count_credentials(ARRAY[NEW.machine_id]);
  RETURN NULL;
END $$;
ALTER FUNCTION credentials_ended() SET search_path FROM CURRENT;

-- Robots' writes meet people's in the machine's row once in the life of a credential, and never after that.
CREATE FUNCTION credentials_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO machine_uses AS u (tenant_id, machine_id, last_used_at)
  VALUES (NEW.tenant_id, NEW.machine_id, date_trunc('minute', NEW.last_used_at))
  ON CONFLICT (tenant_id, machine_id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at WHERE u.last_used_at < EXCLUDED.last_used_at;
  IF OLD.last_used_at IS NULL THEN
    UPDATE machines SET is_used = true WHERE tenant_id = NEW.tenant_id AND id = NEW.machine_id AND NOT is_used;
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION credentials_used() SET search_path FROM CURRENT;

CREATE TRIGGER credentials_added AFTER INSERT ON "credentials"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION credentials_added();
CREATE TRIGGER credentials_ended AFTER UPDATE OF "revoked_at", "expiry_cut_at" ON "credentials"
  FOR EACH ROW EXECUTE FUNCTION credentials_ended();
-- At most once a minute for each: lists say "3 min ago".
CREATE TRIGGER credentials_used AFTER UPDATE OF "last_used_at" ON "credentials"
  FOR EACH ROW
  WHEN (NEW.last_used_at IS NOT NULL
        AND (OLD.last_used_at IS NULL OR date_trunc('minute', OLD.last_used_at) <> date_trunc('minute', NEW.last_used_at)))
  EXECUTE FUNCTION credentials_used();

INSERT INTO machine_uses (tenant_id, machine_id, last_used_at)
SELECT tenant_id, machine_id, date_trunc('minute', max(last_used_at))
  FROM credentials WHERE last_used_at IS NOT NULL GROUP BY tenant_id, machine_id;
UPDATE machines m SET live_secrets = c.secrets, live_keys = c.keys, is_used = c.is_used
  FROM (SELECT machine_id,
               count(*) FILTER (WHERE kind = 'Secret' AND revoked_at IS NULL AND expiry_cut_at IS NULL) AS secrets,
               count(*) FILTER (WHERE kind = 'Key' AND revoked_at IS NULL AND expiry_cut_at IS NULL) AS keys,
               bool_or(last_used_at IS NOT NULL) AS is_used
          FROM credentials GROUP BY machine_id) c
 WHERE m.id = c.machine_id;

-- CreateIndex
CREATE INDEX "machine_uses_tenant_id_last_used_at_machine_id_idx" ON "machine_uses"("tenant_id", "last_used_at", "machine_id");

-- CreateIndex
CREATE INDEX "machines_tenant_id_name_key_id_idx" ON "machines"("tenant_id", "name_key", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "machines_tenant_id_created_at_id_idx" ON "machines"("tenant_id", "created_at", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "machines_tenant_id_kind_id_idx" ON "machines"("tenant_id", "kind", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "machines_never_used_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND NOT is_used);

-- CreateIndex
CREATE INDEX "machines_one_secret_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND live_secrets = 1 AND live_keys = 0);

-- CreateIndex
CREATE INDEX "machines_disabled_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND disabled_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "credentials_uses_idx" ON "credentials"("tenant_id", "last_used_at", "machine_id", "expires_at") WHERE (revoked_at IS NULL AND kind = 'Secret'::"CredentialKind");

-- CreateIndex
CREATE INDEX "sessions_open_idx" ON "sessions"("tenant_id", "machine_id") WHERE (ended_at IS NULL);

-- AddForeignKey
ALTER TABLE "machine_uses" ADD CONSTRAINT "machine_uses_tenant_id_machine_id_fkey" FOREIGN KEY ("tenant_id", "machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows is over expressions, which prisma/schema.prisma has no words for.
CREATE INDEX machines_by_description ON "machines" ("tenant_id", lower("description"), "id") WHERE (deleted_at IS NULL);
CREATE INDEX machines_by_credentials ON "machines" ("tenant_id", ("live_secrets" + "live_keys"), "id") WHERE (deleted_at IS NULL);

-- As people search them. Its own function, because array_to_string may not stand in an index: it is immutable for texts only.
CREATE FUNCTION machine_tags_text(text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN lower(array_to_string($1, ' '));
END $$;

-- The extension is trusted, so the database's owner may make it; another role may not, and searches without an index.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
  RAISE NOTICE 'pg_trgm cannot be made here: machines are searched without an index';
END $$;
DO $$
BEGIN
  CREATE INDEX machines_search ON machines
   USING gin (name_key gin_trgm_ops, lower(description) gin_trgm_ops, (client_id::text) gin_trgm_ops,
              machine_tags_text(tags) gin_trgm_ops) WHERE (deleted_at IS NULL);
EXCEPTION WHEN undefined_object THEN NULL;
END $$;
