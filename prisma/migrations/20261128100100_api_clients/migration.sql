-- CreateTable
CREATE TABLE "api_clients" (
    "machine_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name_key" TEXT,
    "role" "Role" NOT NULL,
    "manages_installation" BOOLEAN NOT NULL DEFAULT false,
    "may_confirm" BOOLEAN NOT NULL DEFAULT false,
    "made_by_id" UUID,
    "made_by" TEXT NOT NULL,

    CONSTRAINT "api_clients_pkey" PRIMARY KEY ("machine_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_clients_tenant_id_machine_id_key" ON "api_clients"("tenant_id", "machine_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_clients_tenant_id_name_key_key" ON "api_clients"("tenant_id", "name_key");

-- CreateIndex
CREATE INDEX "api_clients_made_by_id_idx" ON "api_clients"("made_by_id");

-- AddForeignKey
ALTER TABLE "api_clients" ADD CONSTRAINT "api_clients_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_clients" ADD CONSTRAINT "api_clients_tenant_id_machine_id_fkey" FOREIGN KEY ("tenant_id", "machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_clients" ADD CONSTRAINT "api_clients_made_by_id_fkey" FOREIGN KEY ("made_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "invites" ADD COLUMN     "api_client_id" UUID,
ALTER COLUMN "created_by_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "password_resets" ADD COLUMN     "api_client_id" UUID;

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_api_client_id_fkey" FOREIGN KEY ("tenant_id", "api_client_id") REFERENCES "api_clients"("tenant_id", "machine_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_api_client_id_fkey" FOREIGN KEY ("api_client_id") REFERENCES "api_clients"("machine_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Lists and figures of machines have no API client among them, and are read from these alone.
-- DropIndex
DROP INDEX "machines_tenant_id_name_key_id_idx";
DROP INDEX "machines_tenant_id_created_at_id_idx";
DROP INDEX "machines_never_used_idx";
DROP INDEX "machines_one_secret_idx";
DROP INDEX "machines_disabled_idx";
DROP INDEX "machines_no_credential_idx";

-- CreateIndex
CREATE INDEX "machines_tenant_id_name_key_id_idx" ON "machines"("tenant_id", "name_key", "id") WHERE (deleted_at IS NULL AND kind <> 'ApiClient'::"MachineKind");
CREATE INDEX "machines_tenant_id_created_at_id_idx" ON "machines"("tenant_id", "created_at", "id") WHERE (deleted_at IS NULL AND kind <> 'ApiClient'::"MachineKind");
CREATE INDEX "machines_never_used_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND NOT is_used AND kind <> 'ApiClient'::"MachineKind");
CREATE INDEX "machines_one_secret_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND live_secrets = 1 AND live_keys = 0 AND kind <> 'ApiClient'::"MachineKind");
CREATE INDEX "machines_disabled_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND disabled_at IS NOT NULL AND kind <> 'ApiClient'::"MachineKind");
CREATE INDEX "machines_no_credential_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND live_secrets = 0 AND live_keys = 0 AND kind <> 'ApiClient'::"MachineKind");
