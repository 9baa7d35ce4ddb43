-- CreateEnum
CREATE TYPE "RehearsalOutcome" AS ENUM ('cancelled', 'ran_out', 'deleted');

-- CreateTable
CREATE TABLE "rehearsals" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "machine_id" UUID NOT NULL,
    "credential_id" VARCHAR(16) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by_id" UUID,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" "RehearsalOutcome",
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rehearsals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rehearsals_told" (
    "tenant_id" UUID NOT NULL,
    "rehearsal_id" UUID NOT NULL,
    "who" TEXT NOT NULL,

    CONSTRAINT "rehearsals_told_pkey" PRIMARY KEY ("rehearsal_id","who")
);

-- CreateIndex
CREATE INDEX "rehearsals_tenant_id_machine_id_idx" ON "rehearsals"("tenant_id", "machine_id");

-- CreateIndex
CREATE INDEX "rehearsals_tenant_id_credential_id_started_at_idx" ON "rehearsals"("tenant_id", "credential_id", "started_at");

-- CreateIndex
CREATE UNIQUE INDEX "rehearsals_tenant_id_id_key" ON "rehearsals"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "rehearsals_open_credential" ON "rehearsals"("credential_id") WHERE (ended_at IS NULL);

-- AddForeignKey
ALTER TABLE "rehearsals" ADD CONSTRAINT "rehearsals_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rehearsals" ADD CONSTRAINT "rehearsals_tenant_id_machine_id_fkey" FOREIGN KEY ("tenant_id", "machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rehearsals" ADD CONSTRAINT "rehearsals_tenant_id_credential_id_fkey" FOREIGN KEY ("tenant_id", "credential_id") REFERENCES "credentials"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rehearsals" ADD CONSTRAINT "rehearsals_started_by_id_fkey" FOREIGN KEY ("started_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rehearsals_told" ADD CONSTRAINT "rehearsals_told_tenant_id_rehearsal_id_fkey" FOREIGN KEY ("tenant_id", "rehearsal_id") REFERENCES "rehearsals"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
