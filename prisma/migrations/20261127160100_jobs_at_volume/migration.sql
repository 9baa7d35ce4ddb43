-- DropIndex
DROP INDEX "jobs_tenant_id_created_at_idx";

-- DropIndex
DROP INDEX "jobs_tenant_id_state_created_at_idx";

-- CreateIndex
CREATE INDEX "jobs_tenant_id_created_at_id_idx" ON "jobs"("tenant_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_state_created_at_id_idx" ON "jobs"("tenant_id", "state", "created_at", "id");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_process_id_created_at_id_idx" ON "jobs"("tenant_id", "process_id", "created_at", "id");
