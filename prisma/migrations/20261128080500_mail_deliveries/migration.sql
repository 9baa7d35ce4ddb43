-- CreateIndex
CREATE INDEX "deliveries_tenant_id_admin_id_id_idx" ON "deliveries"("tenant_id", "admin_id", "id");

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_admin_id_tenant_id_fkey" FOREIGN KEY ("admin_id", "tenant_id") REFERENCES "memberships"("admin_id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
