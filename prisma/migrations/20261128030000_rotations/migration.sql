-- CreateEnum
CREATE TYPE "RotationEnd" AS ENUM ('moved', 'expired', 'ended_now', 'deleted', 'cancelled', 'successor_ended');

-- CreateTable
CREATE TABLE "rotations" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "machine_id" UUID NOT NULL,
    "from_credential_id" VARCHAR(16) NOT NULL,
    "to_credential_id" VARCHAR(16) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by_id" UUID,
    "retires_when_moved" BOOLEAN NOT NULL,
    "seen_days" INTEGER NOT NULL,
    "latest_end" TIMESTAMPTZ(3) NOT NULL,
    "previous_end" TIMESTAMPTZ(3),
    "hands_over" BOOLEAN NOT NULL,
    "encrypted_value" BYTEA,
    "ended_at" TIMESTAMPTZ(3),
    "end_code" "RotationEnd",

    CONSTRAINT "rotations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "rotations_open_idx" ON "rotations"("tenant_id", "machine_id") WHERE (ended_at IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "rotations_tenant_id_id_key" ON "rotations"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "rotations_open_from_key" ON "rotations"("from_credential_id") WHERE (ended_at IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "rotations_open_to_key" ON "rotations"("to_credential_id") WHERE (ended_at IS NULL);

-- AddForeignKey
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_tenant_id_machine_id_fkey" FOREIGN KEY ("tenant_id", "machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_tenant_id_from_credential_id_fkey" FOREIGN KEY ("tenant_id", "from_credential_id") REFERENCES "credentials"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_tenant_id_to_credential_id_fkey" FOREIGN KEY ("tenant_id", "to_credential_id") REFERENCES "credentials"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rotations" ADD CONSTRAINT "rotations_started_by_id_fkey" FOREIGN KEY ("started_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;
