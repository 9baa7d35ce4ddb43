-- CreateEnum
CREATE TYPE "TokenOutcome" AS ENUM ('Granted', 'Refused');

-- CreateTable
CREATE TABLE "token_requests" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" UUID NOT NULL,
    "machine_id" UUID NOT NULL,
    "credential_id" VARCHAR(16),
    "outcome" "TokenOutcome" NOT NULL,
    "code" TEXT,
    "reason" TEXT,
    "address" TEXT,
    "user_agent" VARCHAR(200),
    "at" TIMESTAMPTZ(3) NOT NULL,
    "is_folded" BOOLEAN NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "token_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token_request_hours" (
    "tenant_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "granted" INTEGER NOT NULL,
    "refused" INTEGER NOT NULL,

    CONSTRAINT "token_request_hours_pkey" PRIMARY KEY ("tenant_id","subject_id","hour")
);

-- CreateTable
CREATE TABLE "credential_uses" (
    "tenant_id" UUID NOT NULL,
    "credential_id" VARCHAR(16) NOT NULL,
    "address" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "credential_uses_pkey" PRIMARY KEY ("tenant_id","credential_id","address")
);

-- CreateIndex
CREATE INDEX "token_requests_tenant_id_outcome_at_id_idx" ON "token_requests"("tenant_id", "outcome", "at", "id");

-- CreateIndex
CREATE INDEX "token_requests_machine_id_outcome_at_id_idx" ON "token_requests"("machine_id", "outcome", "at", "id");

-- CreateIndex
CREATE INDEX "token_requests_at_idx" ON "token_requests"("at");

-- CreateIndex
CREATE UNIQUE INDEX "token_requests_folded_key" ON "token_requests"("machine_id", "outcome", "at") WHERE (is_folded);

-- CreateIndex
CREATE INDEX "token_request_hours_hour_idx" ON "token_request_hours"("hour");

-- CreateIndex
CREATE INDEX "credential_uses_last_at_idx" ON "credential_uses"("last_at");
