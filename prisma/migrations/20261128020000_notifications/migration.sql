-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "notifications_seen_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "notifications" (
    "id" UUID NOT NULL,
    "tenant_id" UUID,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "machine_id" UUID,
    "credential_id" VARCHAR(16),
    "details" JSONB NOT NULL,

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_settings" (
    "tenant_id" UUID NOT NULL,
    "off" TEXT[],

    CONSTRAINT "notification_settings_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "notification_looks" (
    "what" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notification_looks_pkey" PRIMARY KEY ("what")
);

-- CreateIndex
CREATE INDEX "notifications_tenant_id_at_id_idx" ON "notifications"("tenant_id", "at", "id");

-- CreateIndex
CREATE INDEX "notifications_tenant_id_kind_at_id_idx" ON "notifications"("tenant_id", "kind", "at", "id");

-- CreateIndex
CREATE INDEX "notifications_at_idx" ON "notifications"("at");

-- CreateIndex
CREATE UNIQUE INDEX "notifications_tenant_id_kind_key_key" ON "notifications"("tenant_id", "kind", "key");

-- CreateIndex
CREATE UNIQUE INDEX "notifications_installation_key" ON "notifications"("kind", "key") WHERE (tenant_id IS NULL);

-- CreateIndex
CREATE INDEX "machines_no_credential_idx" ON "machines"("tenant_id", "id") WHERE (deleted_at IS NULL AND live_secrets = 0 AND live_keys = 0);

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_settings" ADD CONSTRAINT "notification_settings_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
