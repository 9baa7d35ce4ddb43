-- CreateTable
CREATE TABLE "rotation_hosts" (
    "rotation_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "host_key" TEXT NOT NULL,
    "pick_ups" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "rotation_hosts_pkey" PRIMARY KEY ("rotation_id","host_key")
);

-- AddForeignKey
ALTER TABLE "rotation_hosts" ADD CONSTRAINT "rotation_hosts_tenant_id_rotation_id_fkey" FOREIGN KEY ("tenant_id", "rotation_id") REFERENCES "rotations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
