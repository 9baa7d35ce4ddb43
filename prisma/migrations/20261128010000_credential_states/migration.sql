-- AlterEnum
ALTER TYPE "SessionEnd" ADD VALUE 'secret_disabled';
ALTER TYPE "SessionEnd" ADD VALUE 'key_disabled';
ALTER TYPE "JobEnd" ADD VALUE 'secret_disabled';
ALTER TYPE "JobEnd" ADD VALUE 'key_disabled';

-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "allowed_addresses" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_by_id" UUID,
ADD COLUMN     "disabled_reason" VARCHAR(500) NOT NULL DEFAULT '',
ADD COLUMN     "purchases" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "purchases_max" INTEGER;

ALTER TABLE "credentials" ADD CONSTRAINT "credentials_purchases_max_check" CHECK ("purchases_max" > 0),
ADD CONSTRAINT "credentials_purchases_check" CHECK ("purchases" >= 0);

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_disabled_by_id_fkey" FOREIGN KEY ("disabled_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- A machine's figures are of what robots can connect with: a disabled credential is not among them until it is enabled.
CREATE OR REPLACE FUNCTION machines_count_credentials(machine_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM machines WHERE id = ANY(machine_ids) ORDER BY id FOR NO KEY UPDATE;
  UPDATE machines m SET live_secrets = live.secrets, live_keys = live.keys
    FROM (SELECT x.id, count(*) FILTER (WHERE c.kind = 'Secret') AS secrets, count(*) FILTER (WHERE c.kind = 'Key') AS keys
            FROM machines x
            LEFT JOIN credentials c ON c.tenant_id = x.tenant_id AND c.machine_id = x.id
                                   AND c.revoked_at IS NULL AND c.expiry_cut_at IS NULL AND c.disabled_at IS NULL
           WHERE x.id = ANY(machine_ids) GROUP BY x.id) live
   WHERE m.id = live.id AND (m.live_secrets, m.live_keys) IS DISTINCT FROM (live.secrets, live.keys);
END $$;
ALTER FUNCTION machines_count_credentials(uuid[]) SET search_path FROM CURRENT;

DROP TRIGGER credentials_ended ON "credentials";
CREATE TRIGGER credentials_ended AFTER UPDATE OF "revoked_at", "expiry_cut_at", "disabled_at" ON "credentials"
  FOR EACH ROW EXECUTE FUNCTION credentials_ended();

-- DropIndex
DROP INDEX "credentials_uses_idx";

-- CreateIndex
CREATE INDEX "credentials_uses_idx" ON "credentials"("tenant_id", "last_used_at", "machine_id", "expires_at") WHERE (revoked_at IS NULL AND disabled_at IS NULL AND kind = 'Secret'::"CredentialKind");
