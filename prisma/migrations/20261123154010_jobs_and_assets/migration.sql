-- CreateEnum
CREATE TYPE "RuntimeType" AS ENUM ('Unattended', 'NonProduction', 'Testing');

-- CreateEnum
CREATE TYPE "JobState" AS ENUM ('Pending', 'Running', 'Stopping', 'Terminating', 'Successful', 'Faulted', 'Stopped');

-- CreateEnum
CREATE TYPE "AssetType" AS ENUM ('Text', 'Number', 'Boolean', 'Json', 'Credential');

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "removed_at" TIMESTAMPTZ(3),
ADD COLUMN     "stream_id" UUID;

-- CreateTable
CREATE TABLE "processes" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" VARCHAR(200) NOT NULL,
    "name_key" TEXT,
    "description" VARCHAR(500) NOT NULL DEFAULT '',
    "default_input" JSONB NOT NULL,
    "runtime_type" "RuntimeType" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_id" UUID,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "processes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "process_id" UUID NOT NULL,
    "runtime_type" "RuntimeType" NOT NULL,
    "target_machine_id" UUID,
    "target_host_name" TEXT,
    "target_host_key" TEXT,
    "input" JSONB NOT NULL,
    "state" "JobState" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_id" UUID,
    "session_id" UUID,
    "started_at" TIMESTAMPTZ(3),
    "stop_asked_at" TIMESTAMPTZ(3),
    "kill_asked_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "progress" INTEGER,
    "message" VARCHAR(500),
    "output" JSONB,
    "error" TEXT,
    "end_reason" TEXT,
    "last_report_id" TEXT,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assets" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" VARCHAR(200) NOT NULL,
    "name_key" TEXT NOT NULL,
    "description" VARCHAR(500) NOT NULL DEFAULT '',
    "type" "AssetType" NOT NULL,
    "sealed_value" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_id" UUID,

    CONSTRAINT "assets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset_values" (
    "asset_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "machine_id" UUID NOT NULL,
    "sealed_value" BYTEA NOT NULL,

    CONSTRAINT "asset_values_pkey" PRIMARY KEY ("asset_id","machine_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "processes_tenant_id_id_key" ON "processes"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "processes_tenant_id_name_key_key" ON "processes"("tenant_id", "name_key");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_state_created_at_idx" ON "jobs"("tenant_id", "state", "created_at");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_created_at_idx" ON "jobs"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "jobs_session_id_state_idx" ON "jobs"("session_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "assets_tenant_id_name_key_key" ON "assets"("tenant_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_tenant_id_id_key" ON "sessions"("tenant_id", "id");

-- AddForeignKey
ALTER TABLE "processes" ADD CONSTRAINT "processes_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processes" ADD CONSTRAINT "processes_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_process_id_fkey" FOREIGN KEY ("tenant_id", "process_id") REFERENCES "processes"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_target_machine_id_fkey" FOREIGN KEY ("tenant_id", "target_machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_session_id_fkey" FOREIGN KEY ("tenant_id", "session_id") REFERENCES "sessions"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assets" ADD CONSTRAINT "assets_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assets" ADD CONSTRAINT "assets_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "admins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset_values" ADD CONSTRAINT "asset_values_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset_values" ADD CONSTRAINT "asset_values_tenant_id_machine_id_fkey" FOREIGN KEY ("tenant_id", "machine_id") REFERENCES "machines"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
