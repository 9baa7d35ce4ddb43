-- AlterTable
ALTER TABLE "assets" ADD COLUMN     "created_by_client" TEXT;

-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "created_by_client" TEXT,
ADD COLUMN     "disabled_by_client" TEXT,
ADD COLUMN     "revoked_by_client" TEXT;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "created_by_client" TEXT;

-- AlterTable
ALTER TABLE "machines" ADD COLUMN     "created_by_client" TEXT;

-- AlterTable
ALTER TABLE "processes" ADD COLUMN     "created_by_client" TEXT;

-- AlterTable
ALTER TABLE "rehearsals" ADD COLUMN     "started_by_client" TEXT;

-- AlterTable
ALTER TABLE "rotations" ADD COLUMN     "started_by_client" TEXT;
