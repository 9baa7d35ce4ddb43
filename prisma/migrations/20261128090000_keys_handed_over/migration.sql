-- AlterEnum
ALTER TYPE "RotationEnd" ADD VALUE 'nobody_moved';

-- AlterTable
ALTER TABLE "rotations" ADD COLUMN     "keys_expire_at" TIMESTAMPTZ(3),
ALTER COLUMN "to_credential_id" DROP NOT NULL;

-- Rows are kept while a rotation is open.
DELETE FROM "rotation_hosts" h USING "rotations" r WHERE r.id = h.rotation_id AND r.ended_at IS NOT NULL;

-- AlterTable
ALTER TABLE "rotation_hosts" ADD COLUMN     "credential_id" VARCHAR(16);

-- CreateIndex
CREATE UNIQUE INDEX "rotation_hosts_credential_id_key" ON "rotation_hosts"("credential_id");

-- AddForeignKey
ALTER TABLE "rotation_hosts" ADD CONSTRAINT "rotation_hosts_tenant_id_credential_id_fkey" FOREIGN KEY ("tenant_id", "credential_id") REFERENCES "credentials"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
