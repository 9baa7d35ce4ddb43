-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "claim_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "jobs_claim" ON "jobs"("session_id", "claim_id") WHERE (claim_id IS NOT NULL);
