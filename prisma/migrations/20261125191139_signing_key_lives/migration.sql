-- AlterTable
ALTER TABLE "admins" ADD COLUMN     "manages_installation" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN     "activates_at" TIMESTAMPTZ(3),
ADD COLUMN     "is_imported" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "token_issues" (
    "kid" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "token_issues_pkey" PRIMARY KEY ("kid","expires_at")
);

-- CreateIndex
CREATE INDEX "token_issues_expires_at_idx" ON "token_issues"("expires_at");

-- Keys that are there sign already.
UPDATE "signing_keys" SET "activates_at" = "created_at";

-- Whoever set Latchkey up keeps the say over the whole installation.
UPDATE "admins" SET "manages_installation" = true
 WHERE "id" = (SELECT "id" FROM "admins" ORDER BY ("disabled_at" IS NULL) DESC, "created_at", "id" LIMIT 1);
